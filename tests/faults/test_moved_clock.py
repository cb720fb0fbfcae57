"""The wall clock of a running server is set forward and back by days, and right again, without a restart.

What has an end has it by the clock of the service (contract, section 3: one `now`); nothing else may notice. The
database's clock stays right meanwhile.
"""

import http.client
import json
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from tests.admin.conftest import member
from tests.concurrency.clients import Scored
from tests.concurrency.storm import check_answers
from tests.concurrency.world import World
from tests.faults.fault_proxy import FaultProxy
from tests.faults.faulty import BOUND_SECONDS, LIMITS, Faulty, only_in_proof
from tests.faults.movable_clock import MovableClock
from tests.faults.redis_server import RedisServer
from tests.faults.test_processes import LOCK_PASSPORT, another_server, children
from tests.server.callers import (
    ADDRESS,
    ISSUED_AT,
    PROVIDERS,
    bulk_items,
    credential,
    internal_headers,
    partner,
    store_stamps,
    user_headers,
)
from tests.server.calls import Answer, call
from tests.server.conftest import prepared
from tests.server.holding import at_once, await_waiting, holding
from tests.server.running_server import HOST
from tests.server.servers import Servers
from tools.issuing import issue_eip712, new_nullifier

pytestmark = pytest.mark.xdist_group("faults")

DAYS = timedelta(days=1)
RIGHT = timedelta()
SETTINGS = {
    **LIMITS,
    "RATELIMIT_ENABLE": "true",
    "ADMIN_LOGIN_RATE_LIMIT": "2/1d",
    "SECURE_COOKIES": "false",
}
both_ways = pytest.mark.parametrize("by", [pytest.param(5 * DAYS, marks=only_in_proof, id="forward"),
                                           pytest.param(-5 * DAYS, id="back")])  # fmt: skip

# Every time that requests have left, of stored stamps those that are not the world's own.
WRITTEN = """
    WITH posted AS (SELECT * FROM ceramic_cache_ceramiccache WHERE id > %s)
    SELECT last_score_timestamp FROM registry_score UNION ALL
    SELECT created_at FROM registry_event UNION ALL
    SELECT created_at FROM account_accountapikeyanalytics UNION ALL
    SELECT timestamp FROM registry_humanpoints UNION ALL
    SELECT created_at FROM posted UNION ALL
    SELECT updated_at FROM posted UNION ALL
    SELECT deleted_at FROM ceramic_cache_ceramiccache WHERE deleted_at IS NOT NULL
"""


@dataclass
class Timed:
    """A service whose clock can be set."""

    faulty: Faulty
    clock: MovableClock

    def move(self, by: timedelta) -> None:
        self.clock.move(by)
        self.faulty.figures.injected("clock moved")

    def counted(self) -> set[str]:
        """The providers that score, by every door and several times, so that each process is asked."""
        faulty = self.faulty
        answers = [ask() for _ in range(3) for ask in (faulty.score, faulty.internal_score)]
        assert {answer.status for answer in answers} == {200}
        (providers,) = {frozenset(answer.json()["stamps"]) for answer in answers}
        return set(providers)


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> MovableClock:
    return MovableClock(tmp_path_factory.mktemp("clock"))


@pytest.fixture
def timed(servers: Servers, clock: MovableClock, django_db_blocker: Any) -> Iterator[Timed]:
    service = servers.proxied("service with a clock", by=FaultProxy, **SETTINGS, **clock.environment)
    for prepared_service in prepared(service, django_db_blocker):
        found = Timed(Faulty(prepared_service), clock)
        yield found
        clock.move(RIGHT)
        found.faulty.recovers()
        found.faulty.figures.leave_for_section()


def test_credentials_begin_and_end_by_the_clock_of_the_service(timed: Timed) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    for provider, issued_at, expires_at in (
        ("ending", ISSUED_AT, now + 10 * DAYS),
        ("recent", now - DAYS, now + 500 * DAYS),
        ("coming", now + 10 * DAYS, now + 500 * DAYS),
    ):
        stamp = issue_eip712(key=timed.faulty.service.issuer, address=ADDRESS, provider=provider,
                             issued_at=issued_at, expires_at=expires_at, nullifiers=[new_nullifier()])  # fmt: skip
        store_stamps(ADDRESS, [stamp])
    weights = dict.fromkeys(("ending", "recent", "coming"), "1")
    timed.faulty.partner = partner(timed.faulty.service, weights=weights)
    due = {RIGHT: {"ending", "recent"}, 20 * DAYS: {"recent", "coming"}, -20 * DAYS: {"ending"}}
    for by in (RIGHT, 20 * DAYS, RIGHT, -20 * DAYS, 20 * DAYS, -20 * DAYS, RIGHT):
        timed.move(by)
        assert timed.counted() & set(weights) == due[by], by
        timed.faulty.figures.checked("a credential counts by the clock of the service, known or not")


def test_keys_and_tokens_end_by_the_clock_of_the_service(timed: Timed) -> None:
    faulty = timed.faulty
    expiring = partner(faulty.service, key={"expiry_date": datetime.now(UTC) + 2 * DAYS})
    valid, expired = (user_headers(faulty.service, ADDRESS, ends_in=days * DAYS) for days in (2, -2))
    due = {RIGHT: (200, 200, 401), 4 * DAYS: (401, 401, 401), -4 * DAYS: (200, 200, 200)}
    for by in (RIGHT, 4 * DAYS, RIGHT, -4 * DAYS, RIGHT):
        timed.move(by)
        ask = partial(faulty.service.call, "GET", f"/ceramic-cache/score/{ADDRESS}")
        answers = [expiring.score(ADDRESS), ask(headers=valid), ask(headers=expired)]
        assert tuple(answer.status for answer in answers) == due[by], by
        faulty.figures.checked("keys and tokens are valid by the clock of the service", len(answers))


@pytest.fixture(params=["memory", pytest.param("Redis", marks=only_in_proof)])
def limited(
    request: pytest.FixtureRequest, timed: Timed, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Timed]:
    """Counts in the memory of its one process, whose clock is set too; or in a Redis, which keeps the right time."""
    redis = RedisServer(tmp_path_factory.mktemp("redis")) if request.param == "Redis" else None
    settings = {"WEB_CONCURRENCY": "1", **({"REDIS_URL": redis.url} if redis else {})}
    try:
        with another_server(timed.faulty, tmp_path, **settings) as service:
            yield Timed(timed.faulty.on(service), timed.clock)
    finally:
        if redis:
            redis.kill()


def test_limits_neither_lock_out_nor_let_in(limited: Timed) -> None:
    """Twice a day: of another day, two; of the same day again, none."""
    asking = partner(limited.faulty.service, key={"rate_limit": "2/1d"})
    used: set[timedelta] = set()
    for by in (RIGHT, 3 * DAYS, RIGHT, -3 * DAYS, 3 * DAYS, -3 * DAYS, 400 * DAYS, RIGHT):
        limited.move(by)
        answers = [asking.score(ADDRESS) for _ in range(4)]
        due = [429] * 4 if by in used else [200, 200, 429, 429]
        assert [answer.status for answer in answers] == due, by
        assert 1 <= int(answers[-1].headers["retry-after"]) <= DAYS.total_seconds()
        limited.faulty.figures.checked("a rate limit holds in every window, and ends with it")
        used.add(by)


def test_logins_are_limited_by_the_clock_of_the_service(limited: Timed) -> None:
    alice = member(name="alice")
    alice.password = PBKDF2PasswordHasher().encode("right", "salt", iterations=1)
    alice.save()
    for by in (RIGHT, 3 * DAYS, -3 * DAYS):
        limited.move(by)
        answers = [log_in(limited, "wrong"), log_in(limited, "wrong"), log_in(limited, "right")]
        assert [answer.status for answer in answers] == [200] * 3, by
        assert b"Too many attempts" in answers[-1].body
        limited.faulty.figures.checked("logins are limited in every window")
    limited.move(6 * DAYS)
    assert log_in(limited, "right").status == 302


def log_in(timed: Timed, password: str) -> Answer:
    page = call(timed.faulty.service.server, "GET", "/admin/login/")
    (token,) = re.findall(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.body)
    form = {"username": "alice", "password": password, "csrfmiddlewaretoken": token.decode()}
    headers = {
        "Cookie": page.headers["set-cookie"].partition(";")[0],
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return call(timed.faulty.service.server, "POST", "/admin/login/", headers=headers, body=urlencode(form).encode())


@pytest.mark.parametrize("by", [5 * DAYS, -5 * DAYS], ids=["forward", "back"])
def test_what_is_written_has_the_time_of_the_service(timed: Timed, by: timedelta) -> None:
    """All of it, and nothing that of the database; the log too."""
    faulty, database = timed.faulty, timed.faulty.service.database
    ((last,),) = database.rows("SELECT max(id) FROM ceramic_cache_ceramiccache")
    timed.move(by)
    faulty.service.server.mark_log()
    before = timed.clock.now() - timedelta(seconds=1)
    for _ in range(2):  # the second takes the stamps of the first away
        headers = user_headers(faulty.service, ADDRESS, ends_in=10 * DAYS)
        body = bulk_items([credential(faulty.service.issuer, ADDRESS)])
        assert faulty.service.call("POST", "/ceramic-cache/stamps/bulk", headers=headers, body=body).status == 201
    given = faulty.score().json()["last_score_timestamp"]
    after = timed.clock.now()
    times = [datetime.fromisoformat(given), *(moment for (moment,) in database.rows(WRITTEN, [last]))]
    times += [datetime.fromisoformat(line["time"]) for line in faulty.lines()]
    assert len(times) > 10
    assert [moment for moment in times if not before <= moment <= after] == []
    faulty.figures.checked("what a request writes has one clock's time, the service's", len(times))
    assert faulty.written()["registry_score"] == 2
    faulty.holds()


@pytest.mark.parametrize("by", [5 * DAYS, -5 * DAYS], ids=["forward", "back"])
def test_stamps_of_a_moved_clock_are_replaced_when_it_is_right(timed: Timed, by: timedelta) -> None:
    """Whichever has the later time: those that were posted last count."""
    faulty = timed.faulty
    headers = user_headers(faulty.service, ADDRESS, ends_in=10 * DAYS)
    for moment in (by, RIGHT, by):
        timed.move(moment)
        stamp = credential(faulty.service.issuer, ADDRESS)
        answer = faulty.service.call("POST", "/ceramic-cache/stamps/bulk", headers=headers, body=bulk_items([stamp]))
        (listed,) = (each["stamp"] for each in answer.json()["stamps"] if each["provider"] == PROVIDERS[0])
        assert listed["proof"] == stamp["proof"]
        faulty.figures.checked("the stamps that were posted last count")
        faulty.holds()


def test_requests_go_on_while_the_clock_jumps(timed: Timed) -> None:
    """On connections that are kept, and with a new score each: no answer but 200, no process replaced."""
    faulty, server = timed.faulty, timed.faulty.service.server
    assert timed.counted()
    faulty.service.server.mark_log()
    workers, stop = children(server.pid), threading.Event()
    with ThreadPoolExecutor(4) as threads:
        asking = [threads.submit(ask_until, stop, faulty) for _ in range(4)]
        for number in range(30):
            timed.move((7 * DAYS, RIGHT, -7 * DAYS, RIGHT, 400 * DAYS, -400 * DAYS)[number % 6])
            time.sleep(0.1)
        timed.move(RIGHT)
        stop.set()
        scored = [each for thread in asking for each in thread.result()]
    assert len(scored) > 50
    assert children(server.pid) == workers
    check_answers(World(faulty.service, [ADDRESS], [faulty.partner], 0), faulty.figures, scored)
    assert faulty.figures.failures == []
    took = [line["milliseconds"] for line in faulty.lines() if line.get("message") == "request"]
    assert len(took) >= len(scored)
    assert 0 <= min(took) <= max(took) < BOUND_SECONDS * 1000
    faulty.figures.checked("a logged duration is one", len(took))
    faulty.holds()


def ask_until(stop: threading.Event, faulty: Faulty) -> list[Scored]:
    community, headers = faulty.partner.community.pk, internal_headers(faulty.service)
    connection, found = http.client.HTTPConnection(HOST, faulty.service.server.port, timeout=BOUND_SECONDS), []
    while not stop.is_set():
        connection.request("GET", f"/internal/score/v2/{community}/{ADDRESS}", headers=headers)
        response = connection.getresponse()
        body = response.read()
        assert response.status == 200, body
        found.append(Scored(community, ADDRESS, json.loads(body)))
        faulty.figures.answered(response.status)
    connection.close()
    return found


@both_ways
def test_waiting_for_the_database_does_not_follow_the_clock(timed: Timed, by: timedelta) -> None:
    """A clock that jumps meanwhile neither ends a wait nor makes it longer."""
    faulty = timed.faulty
    assert faulty.internal_score().status == 200
    with at_once() as start, holding(faulty.service.database, LOCK_PASSPORT, ADDRESS) as lock:
        answer = start(faulty.internal_score)
        await_waiting(faulty.service.database, 1)
        timed.move(by)
        time.sleep(0.1)
        lock.rollback()
        assert answer.result().status == 200
    timed.move(RIGHT)
    with at_once() as start, faulty.nothing_is_written(), faulty.proxy.silent():
        answer = start(faulty.internal_score)
        time.sleep(0.3)
        timed.move(by)
        assert answer.result().status == 503
    faulty.figures.checked("deadlines do not follow the wall clock", 2)


@both_ways
def test_a_server_whose_clock_was_moved_is_told_to_stop(timed: Timed, tmp_path: Path, by: timedelta) -> None:
    """The request under way is answered, and the processes end in time."""
    patient = {f"DATABASE_{name}_TIMEOUT_MS": "5000" for name in ("LOCK", "STATEMENT", "ANSWER")}
    with another_server(timed.faulty, tmp_path, **patient) as service:
        faulty = timed.faulty.on(service)
        assert faulty.internal_score().status == 200
        timed.move(by)
        with at_once() as start, holding(service.database, LOCK_PASSPORT, ADDRESS) as lock:
            answer = start(faulty.internal_score)
            await_waiting(service.database, 1)
            stopped = start(service.server.stop)
            time.sleep(0.5)
            lock.rollback()
            assert answer.result().status == 200
            assert stopped.result() == 0
    faulty.figures.checked("a server whose clock was moved stops in time")


def test_the_service_is_ready_whatever_its_clock_says(timed: Timed) -> None:
    for by in (400 * DAYS, -400 * DAYS, RIGHT):
        timed.move(by)
        answers = [timed.faulty.service.call("GET", path).status for path in ("/health", "/ready", "/metrics")]
        assert answers[:2] == [200, 200], by
