"""The database ends connections, holds locks, has no room, or refuses to write."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.faults.faulty import Faulty, only_in_proof
from tests.server.callers import ADDRESS
from tests.server.holding import at_once, holding
from tests.server.running_server import RunningServer
from tests.server.servers import Service

pytestmark = pytest.mark.xdist_group("faults")

LOCK_PASSPORT = "SELECT FROM registry_passport WHERE address = %s FOR UPDATE"
OF_THE_SERVICE = "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'passport-scorer-v2'"
FAILED = "the database failed"
RAISING = """
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'a test' USING ERRCODE = '{}'; END $$;
    CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON registry_score FOR EACH STATEMENT EXECUTE FUNCTION fail()
"""
ENDING = """
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(5); RETURN NULL; END $$;
    CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON registry_score FOR EACH STATEMENT EXECUTE FUNCTION fail()
"""
SLEEPING = """
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(5); RETURN NULL; END $$;
    CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON registry_score FOR EACH STATEMENT EXECUTE FUNCTION fail()
"""


@pytest.fixture(autouse=True)
def _figures_are_left(faulty: Faulty) -> Iterator[None]:
    yield
    faulty.figures.leave_for_section()


@contextmanager
def trigger(faulty: Faulty, sql: str) -> Iterator[None]:
    faulty.service.database.execute(sql)
    try:
        yield
    finally:
        faulty.service.database.execute("DROP FUNCTION fail CASCADE")


def end_connections(faulty: Faulty) -> int:
    return len(faulty.service.database.rows(f"SELECT pg_terminate_backend(pid) {OF_THE_SERVICE}"))


def test_connections_ended_between_requests_are_replaced_unnoticed(faulty: Faulty) -> None:
    for _ in range(3):
        assert faulty.score().status == 200
        faulty.figures.injected("backend terminated between transactions", end_connections(faulty))
        assert [faulty.internal_score().status, faulty.post().status] == [200, 201]
    faulty.recovers()


def test_a_connection_ended_within_a_transaction(faulty: Faulty) -> None:
    """It has claimed the links, and is about to write the score."""
    faulty.figures.injected("backend terminated within a transaction")
    with faulty.nothing_is_written(), trigger(faulty, ENDING):
        faulty.is_unavailable()
    faulty.logged(FAILED, sqlstate="57P01")
    faulty.recovers()


@pytest.mark.parametrize("ask", ["score", "internal_score"])
def test_a_lock_that_is_held_for_long(faulty: Faulty, ask: str) -> None:
    assert faulty.score().status == 200
    faulty.figures.injected("lock held beyond lock_timeout")
    with faulty.nothing_is_written(), holding(faulty.service.database, LOCK_PASSPORT, ADDRESS):
        faulty.is_unavailable(getattr(faulty, ask))
    faulty.logged(FAILED, sqlstate="55P03")
    faulty.recovers()


def test_a_statement_that_takes_for_ever(faulty: Faulty) -> None:
    faulty.figures.injected("statement beyond statement_timeout")
    with faulty.nothing_is_written(), trigger(faulty, SLEEPING):
        faulty.is_unavailable()
    faulty.logged(FAILED, sqlstate="57014")
    faulty.recovers()


@pytest.mark.parametrize(
    ("state", "what"),
    [
        ("53100", "disk full"),
        *(
            pytest.param(*given, marks=only_in_proof)
            for given in (("53200", "out of memory"), ("58030", "I/O error"), ("XX001", "corrupted page"))
        ),
    ],
)
def test_a_server_in_trouble(faulty: Faulty, state: str, what: str) -> None:
    faulty.figures.injected(what)
    with faulty.nothing_is_written(), trigger(faulty, RAISING.format(state)):
        faulty.is_unavailable()
    faulty.logged(FAILED, sqlstate=state)
    faulty.recovers()


def test_a_database_that_only_reads(faulty: Faulty) -> None:
    """As a replica before it is promoted, or a disk that is nearly full."""
    name = faulty.service.database.name
    faulty.figures.injected("read-only database")
    with faulty.nothing_is_written():
        faulty.service.database.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        end_connections(faulty)
        try:
            faulty.is_unavailable()
        finally:
            with faulty.service.database.connect() as connection:
                connection.execute("SET default_transaction_read_only = off")
                connection.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    faulty.logged(FAILED, sqlstate="25006")
    end_connections(faulty)  # a failover ends them; until then each thread's first request finds out by itself
    faulty.recovers()


def test_deadlocks_and_serialization_failures_start_over(faulty: Faulty) -> None:
    faulty.figures.injected("deadlock")
    with faulty.nothing_is_written(), trigger(faulty, RAISING.format("40P01")):
        faulty.is_unavailable(faulty.score)  # every attempt meets it
    faulty.logged("retrying a scoring after a conflict", conflict="40P01")
    faulty.recovers()


@only_in_proof
def test_a_server_that_has_no_connection_left(faulty: Faulty, tmp_path: Path) -> None:
    """The service's role may have no connection, as when others took all."""
    faulty.figures.injected("too many connections")
    with role(faulty) as (name, url):
        settings = {**faulty.service.settings, "DATABASE_URL": url}
        with RunningServer(settings, tmp_path / "log") as server:
            limited = faulty.on(Service(server, settings, faulty.service.database, faulty.service.issuer))
            assert limited.score().status == 200
            with limited.nothing_is_written():
                faulty.service.database.execute(f"ALTER ROLE {name} CONNECTION LIMIT 0")
                end_connections(faulty)
                limited.is_unavailable()
                faulty.service.database.execute(f"ALTER ROLE {name} CONNECTION LIMIT 50")
            limited.logged(FAILED, because="too many connections")
            limited.recovers()


@contextmanager
def role(faulty: Faulty) -> Iterator[tuple[str, str]]:
    """A role that is no superuser, its name, and the service's URL with it."""
    name, password = f"concurrency_{secrets.token_hex(4)}", secrets.token_hex(8)
    tables = "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public"
    database = faulty.service.database
    database.execute(
        f"CREATE ROLE {name} LOGIN PASSWORD '{password}'",
        f"GRANT {tables} TO {name}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}",
    )
    try:
        yield name, replace(database, parameters={**database.parameters, "USER": name, "PASSWORD": password}).url
    finally:
        end_connections(faulty)
        database.execute(f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def test_many_requests_while_a_lock_is_held_are_all_answered(faulty: Faulty) -> None:
    """More than there are threads: those that wait for a thread are answered in bounded time as well."""
    assert faulty.score().status == 200
    faulty.figures.injected("lock held beyond lock_timeout")
    path = f"/internal/embed/score/{faulty.partner.community.pk}/{ADDRESS}"
    with at_once() as start:
        started = time.monotonic()
        with holding(faulty.service.database, LOCK_PASSPORT, ADDRESS):
            answers = [start(partial(faulty.service.call, "GET", path)) for _ in range(16)]
            statuses = {answer.result().status for answer in answers}
        assert statuses == {503}
        assert time.monotonic() - started < 20
    faulty.recovers()
