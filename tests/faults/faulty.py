"""What is due while something is broken, and after it."""

import copy
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

import pytest

from tests.concurrency.invariants import check_all
from tests.faults.fault_proxy import FaultProxy
from tests.server.callers import (
    ADDRESS,
    TRACKED,
    bulk_items,
    credential,
    credentials,
    internal_headers,
    partner,
    store_stamps,
    user_community,
    user_headers,
)
from tests.server.calls import Answer
from tests.server.servers import Service
from tools.prove.figures import Figures

# In milliseconds, but for the connecting: shorter than they are in production, so that a test waits for them.
LIMITS = {
    "WEB_CONCURRENCY": "2",
    "GUNICORN_THREADS": "4",
    # All ask for one address: on a busy machine it would be refused for that (test_deadlines.py has the real limits).
    "DATABASE_CONCURRENCY": "4",
    "PASSPORT_CONCURRENCY": "4",
    "DATABASE_CONNECT_TIMEOUT": "2",
    "DATABASE_LOCK_TIMEOUT_MS": "400",
    "DATABASE_STATEMENT_TIMEOUT_MS": "800",
    "DATABASE_ANSWER_TIMEOUT_MS": "1200",
    "DATABASE_IDLE_TRANSACTION_TIMEOUT_MS": "1000",
}
# The answer's limit, a new connection for the record of the failure, and a machine that is busy.
BOUND_SECONDS = 10.0
RECOVERY_SECONDS = 15.0
ANALYTICS = "account_accountapikeyanalytics"

# The suite has one of each kind of fault; make prove has them all.
only_in_proof = pytest.mark.skipif(not os.environ.get("PROVE"), reason="takes too long for the suite: make prove")


class Faulty:
    """A service under a fault. All that is asked here checks what an answer owes, and how long it took."""

    def __init__(self, service: Service) -> None:
        self.service, self.figures = service, Figures()
        assert isinstance(service.proxy, FaultProxy)
        self.proxy: FaultProxy = service.proxy
        user_community()
        self.partner = partner(service)
        store_stamps(ADDRESS, credentials(service.issuer, ADDRESS, 5))
        service.server.mark_log()

    def on(self, service: Service) -> Self:
        """The same rows, asked for from another server."""
        other = copy.copy(self)
        other.service = service
        return other

    # Asking -----------------------------------------------------------------------------------------------------------
    def score(self) -> Answer:
        path = f"/v2/stamps/{self.partner.community.pk}/score/{ADDRESS}"
        return self._ask("GET", path, headers=self.partner.headers)

    def post(self) -> Answer:
        """New stamps, by another address than the scored one's would not be: each post has a new nullifier."""
        body = bulk_items([credential(self.service.issuer, ADDRESS)])
        headers = user_headers(self.service, ADDRESS)
        return self._ask("POST", "/ceramic-cache/stamps/bulk", headers=headers, body=body)

    def internal_score(self) -> Answer:
        path = f"/internal/score/v2/{self.partner.community.pk}/{ADDRESS}"
        return self._ask("GET", path, headers=internal_headers(self.service))

    def _ask(self, method: str, path: str, **given: Any) -> Answer:
        started = time.monotonic()
        answer = self.service.call(method, path, **given)
        seconds = time.monotonic() - started
        self.figures.answered(answer.status)
        self.figures.checked("an answer comes in bounded time")
        assert seconds < BOUND_SECONDS, f"{method} {path} took {seconds:.1f} s"
        assert answer.headers["x-request-id"]
        return answer

    # What is due ------------------------------------------------------------------------------------------------------
    @contextmanager
    def nothing_is_written(self) -> Iterator[None]:
        before = self.written()
        yield
        self.await_no_transaction()
        assert self.written() == before
        self.figures.checked("nothing is half-written")

    def is_unavailable(self, *asks: Callable[[], Answer]) -> None:
        """Each is 503, and says when to try again."""
        for ask in asks or (self.score, self.post, self.internal_score):
            answer = ask()
            assert (answer.status, answer.is_json) == (503, True), answer.body
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.json()["detail"]
            self.figures.checked("503 says when to try again, and has a request id")

    def recovers(self) -> None:
        """Without a restart: the first answers may still be of connections that died."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while (answer := self.score()).status != 200:
            assert time.monotonic() < deadline, f"{answer.status} {answer.body!r}"
            time.sleep(0.1)
        assert [self.score().status, self.post().status, self.internal_score().status] == [200, 201, 200]
        self.figures.checked("it recovers without a restart")
        self.holds()

    def holds(self) -> None:
        with self.service.database.connect() as connection:
            assert check_all(connection, self.figures) == []
        assert "Traceback" not in self.log()

    def logged(self, message: str, *, because: str = "", **values: Any) -> None:
        """A line of the log has the message and these values, and this in its reason."""
        found = [line for line in self.lines() if line.get("message") == message]
        due = (line for line in found if values.items() <= line.items() and because in line.get("reason", ""))
        assert any(True for _ in due), f"no {message} {because} {values} in {found or self.log()}"
        self.figures.checked("a log line says what happened")

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]

    def log(self) -> str:
        return self.service.server.log()[self.service.server._log_shown_from :]

    def written(self) -> dict[str, int]:
        """But the records of requests, which are made of failed ones too."""
        return self.service.database.counts([table for table in TRACKED if table != ANALYTICS])

    def await_no_transaction(self) -> None:
        """The database notices a moment later that a client is gone."""
        running = """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'passport-scorer-v2' AND state <> 'idle'
        """
        deadline = time.monotonic() + RECOVERY_SECONDS
        while self.service.database.rows(running) != [(0,)]:
            assert time.monotonic() < deadline
            time.sleep(0.02)
