"""The proxy counts what the driver is known to do."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.server.counting_proxy import Conversation, CountingProxy
from tests.server.scratch_databases import ScratchDatabase
from tests.server.servers import Servers


@pytest.fixture
def database(servers: Servers) -> ScratchDatabase:
    return servers.proxied("proxied service").database


@pytest.fixture
def proxy(database: ScratchDatabase) -> Iterator[CountingProxy]:
    proxy = CountingProxy(database.target)
    yield proxy
    proxy.close()


@pytest.fixture
def connection(database: ScratchDatabase, proxy: CountingProxy) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.url_through(proxy.port), autocommit=True) as connection:
        yield connection


def test_every_execute_is_a_trip(connection: psycopg.Connection, proxy: CountingProxy) -> None:
    with proxy.counting() as tally:
        for _ in range(3):
            connection.execute("/* a.name */ SELECT %s::int", [1])
    assert (tally.trips, tally.statements) == (3, ["a.name"] * 3)


def test_a_pipeline_is_one_trip(connection: psycopg.Connection, proxy: CountingProxy) -> None:
    with proxy.counting() as tally, connection.pipeline():
        for _ in range(3):
            connection.execute("SELECT repeat('x', %s::int)", [100_000])
    assert (tally.trips, tally.statements) == (1, ["select"] * 3)


def test_fetching_within_a_pipeline_is_a_trip(connection: psycopg.Connection, proxy: CountingProxy) -> None:
    with proxy.counting() as tally, connection.pipeline():
        connection.execute("SELECT 1").fetchall()
        connection.execute("SELECT 2")
    assert tally.trips == 2


def test_a_prepared_statement_keeps_its_name(connection: psycopg.Connection, proxy: CountingProxy) -> None:
    connection.execute("/* a.name */ SELECT 1", prepare=True)
    with proxy.counting() as tally:
        connection.execute("/* a.name */ SELECT 1", prepare=True)
    assert tally.statements == ["a.name"]


def test_simple_queries_count(connection: psycopg.Connection, proxy: CountingProxy) -> None:
    with proxy.counting() as tally:
        connection.pgconn.exec_(b"SELECT 1")
    assert (tally.trips, tally.statements) == (1, ["select"])


def test_connecting_is_told_apart(database: ScratchDatabase, proxy: CountingProxy) -> None:
    with proxy.counting() as tally, psycopg.connect(database.url_through(proxy.port)):
        pass
    assert (tally.trips, tally.connections) == (0, 1)


def test_it_breaks_a_connection_at_a_statement(connection: psycopg.Connection, proxy: CountingProxy) -> None:
    with proxy.cutting_at("a.name"):
        connection.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("/* a.name */ SELECT 1")


def test_it_refuses_until_it_listens_again(
    database: ScratchDatabase, connection: psycopg.Connection, proxy: CountingProxy
) -> None:
    proxy.refuse()
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(database.url_through(proxy.port))
    proxy.listen()
    with psycopg.connect(database.url_through(proxy.port)) as another:
        another.execute("SELECT 1")


def test_a_flush_that_comes_after_the_answer_does_not_hide_the_next_trip() -> None:
    """The driver ends a pipeline with a Flush after its Sync: it asks for nothing, and may arrive late."""
    conversation = Conversation()
    assert [conversation.ask(kind) for kind in (b"P", b"B", b"E", b"S")] == [False, False, False, True]
    conversation.answer(b"Z")
    assert not conversation.ask(b"H")
    assert [conversation.ask(kind) for kind in (b"B", b"E", b"S")] == [False, False, True]


def test_a_flush_for_statements_is_a_trip_and_the_sync_that_follows_unanswered_is_not() -> None:
    conversation = Conversation()
    assert [conversation.ask(kind) for kind in (b"P", b"E", b"H", b"S")] == [False, False, True, False]
    conversation.answer(b"1")
    conversation.answer(b"Z")
    assert conversation.ask(b"Q")
