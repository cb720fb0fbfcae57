"""The bench's databases: one with the data, made once and kept, and a copy of it for each run.

They live in an embedded PostgreSQL of the bench's own, or on the server of DATABASE_URL.

    python -m tools.bench.cluster        removes the embedded one
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tests.server.counting_proxy import Target
from tools import embedded_cluster, embedded_postgres
from tools.bench.environment import service_environment
from tools.bench.places import CHECKOUT, FOLDER

KEPT, COPY = "scorer_bench_data_", "scorer_bench"
COMPLETE = "complete"
# What the data depends on: when any of it changes, the data is made anew.
SOURCES = (
    "tools/bench/filler.py",
    "tools/bench/holders.py",
    "tools/bench/partners.py",
    "tools/bench/building.py",
    "tools/bench/identities.py",
    "apps/*/migrations/*.py",
    "tools/issuing.py",
)
# Of the embedded server only; another one is measured as its owner set it up.
SERVER_SETTINGS = {
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "maintenance_work_mem": "512MB",
    "max_parallel_maintenance_workers": "2",
    "track_io_timing": "on",
}


def server_url() -> str:
    """The URL of the server's database `postgres`."""
    given = os.environ.get("DATABASE_URL")
    if given:
        return url_of(given, "postgres")
    url = embedded_postgres.database_url(FOLDER, "postgres")
    with _connect(url) as connection:
        ((unset,),) = connection.execute("SELECT current_setting('shared_buffers') <> '1GB'").fetchall()
        for name, value in SERVER_SETTINGS.items():
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    if unset:
        embedded_postgres.release()
        url = embedded_postgres.database_url(FOLDER, "postgres")
    return url


def fingerprint() -> str:
    files = sorted(file for pattern in SOURCES for file in CHECKOUT.glob(pattern))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def copied_database(server: str) -> Iterator[str]:
    """The URL of a fresh copy of the data, which is made first where it is missing; dropped in the end."""
    kept = KEPT + fingerprint()
    if not _is_complete(server, kept):
        _make(server, kept)
    _drop(server, COPY)
    with _connect(server) as connection:
        names = (sql.Identifier(COPY), sql.Identifier(kept))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(*names))
    try:
        yield url_of(server, COPY)
    finally:
        _drop(server, COPY)


def _is_complete(server: str, name: str) -> bool:
    with _connect(server) as connection:
        query = "SELECT shobj_description(oid, 'pg_database') = %s FROM pg_database WHERE datname = %s"
        return connection.execute(query, [COMPLETE, name]).fetchone() == (True,)


def _make(server: str, name: str) -> None:
    """A build that was interrupted is started over; data of earlier versions goes."""
    sys.stderr.write("Making the data, once; some minutes ...\n")
    with _connect(server) as connection:
        earlier = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [KEPT])
        for (old,) in earlier.fetchall():
            _drop(server, old)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        command = [sys.executable, "-m", "tools.bench.building"]
        variables = {"PATH": os.environ["PATH"], **service_environment(url_of(server, name)), **BULK_SETTINGS}
        subprocess.run(command, cwd=CHECKOUT, env=variables, stdout=subprocess.DEVNULL, check=True)
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(COMPLETE)))


BULK_SETTINGS: Mapping[str, str] = {
    "DATABASE_STATEMENT_TIMEOUT_MS": "0",
    "DATABASE_IDLE_TRANSACTION_TIMEOUT_MS": "0",
    "DATABASE_LOCK_TIMEOUT_MS": "0",
    "DATABASE_GENERIC_PLANS": "off",
    "LOG_LEVEL": "ERROR",
}


def _drop(server: str, name: str) -> None:
    with _connect(server) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def url_of(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def url_through(url: str, port: int) -> str:
    """The URL by way of a proxy on this machine, which must be able to read what passes."""
    parts = urlsplit(url)
    account = parts.netloc.rpartition("@")[0]
    query = urlencode({"sslmode": "disable", "gssencmode": "disable"})
    return urlunsplit(parts._replace(netloc=f"{account}@127.0.0.1:{port}", query=query))


def target_of(url: str) -> Target:
    """Where a proxy finds the server."""
    known = conninfo_to_dict(url)
    host, port = str(known.get("host") or "127.0.0.1"), int(known.get("port") or 5432)
    return Path(host, f".s.PGSQL.{port}") if host.startswith("/") else (host, port)


def _connect(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(url, autocommit=True)


def remove() -> None:
    """Everything that is kept in the embedded server, wherever it is."""
    home = embedded_cluster.home_of(FOLDER, embedded_cluster.server_account())
    if embedded_cluster.is_watched(home):
        embedded_postgres.database_url(FOLDER, "postgres")
        embedded_postgres.release()
    shutil.rmtree(home)


if __name__ == "__main__":
    remove()
