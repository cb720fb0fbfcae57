"""The way to the database refuses, resets, delays, or falls silent."""

from functools import partial

import pytest

from tests.faults.faulty import Faulty
from tests.server.callers import ADDRESS
from tests.server.holding import at_once, await_waiting, holding

pytestmark = pytest.mark.xdist_group("faults")

LOCK_PASSPORT = "SELECT FROM registry_passport WHERE address = %s FOR UPDATE"
FAILED = "the database failed"
SILENT = "the database did not answer in time"


@pytest.fixture(autouse=True)
def _figures_are_left(faulty: Faulty) -> object:
    yield
    faulty.figures.leave_for_section()


def test_connections_that_are_refused(faulty: Faulty) -> None:
    assert faulty.score().status == 200
    faulty.figures.injected("connections refused")
    with faulty.nothing_is_written():
        faulty.proxy.refuse()
        faulty.is_unavailable()
        faulty.proxy.listen()
    faulty.logged(FAILED, because="refused")
    faulty.recovers()


def test_a_reset_while_a_request_waits(faulty: Faulty) -> None:
    assert faulty.score().status == 200
    faulty.figures.injected("connection reset")
    with at_once() as start:
        with holding(faulty.service.database, LOCK_PASSPORT, ADDRESS):
            answer = start(faulty.internal_score)
            await_waiting(faulty.service.database, 1)
            faulty.proxy.reset()
        # It waits in its first round trip, with nothing before it: it is tried once more.
        assert answer.result().status in (200, 503)
    faulty.recovers()


@pytest.mark.parametrize("connected", [True, False], ids=["known connections", "new connections"])
def test_a_database_that_falls_silent(faulty: Faulty, connected: bool) -> None:
    """A black hole behind a living peer: whatever is sent is taken, and nothing comes back."""
    assert faulty.score().status == 200
    faulty.figures.injected("black hole")
    if not connected:
        faulty.proxy.cut()
    with faulty.nothing_is_written(), faulty.proxy.silent():
        faulty.is_unavailable(faulty.score, faulty.post) if connected else faulty.is_unavailable(faulty.post)
    # A thread that had no connection yet waits for a new one; which thread a request gets is not for the test to say.
    said = {line["message"] for line in faulty.lines() if line["level"] == "ERROR"} & {SILENT, FAILED}
    assert said if connected else said == {FAILED}
    faulty.recovers()


@pytest.mark.parametrize("at", ["registry.claim_links", "registry.save_score", "commit"])
def test_a_database_that_falls_silent_in_the_middle(faulty: Faulty, at: str) -> None:
    faulty.figures.injected("black hole in a transaction")
    with faulty.nothing_is_written(), faulty.proxy.silent_at(at):
        faulty.is_unavailable(faulty.score)
    faulty.logged(SILENT)
    faulty.recovers()


def test_a_commit_whose_answer_is_lost_is_unavailable_and_whole(faulty: Faulty) -> None:
    """Nobody can know whether it was carried out; it was, and doing it again does no harm."""
    faulty.figures.injected("black hole after the commit")
    with faulty.proxy.silent_after("commit"):
        faulty.is_unavailable(faulty.score)
    faulty.await_no_transaction()
    assert faulty.written()["registry_score"] == 1
    faulty.logged(SILENT)
    faulty.holds()
    faulty.recovers()


def test_a_slow_network_is_only_slow(faulty: Faulty) -> None:
    faulty.figures.injected("slow network")
    with faulty.proxy.slow(0.1):
        assert [faulty.score().status, faulty.post().status] == [200, 201]
    faulty.recovers()


def test_requests_that_hang_do_not_keep_others_from_their_answers_for_long(faulty: Faulty) -> None:
    """More of them than there are threads: all are answered, and health is."""
    assert faulty.score().status == 200
    faulty.figures.injected("black hole")
    with faulty.proxy.silent(), at_once() as start:
        answers = [start(partial(faulty.service.call, "GET", "/ready")) for _ in range(8)]
        assert faulty.service.call("GET", "/health").status == 200
        assert {answer.result().status for answer in answers} == {503}
    faulty.recovers()
