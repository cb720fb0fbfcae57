"""Workers are killed, servers are replaced under load, clocks are moved."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.concurrency.clients import Client
from tests.concurrency.storm import check_at_the_end
from tests.concurrency.world import make_world
from tests.endpoints.conftest import scoring_world
from tests.endpoints.scoring_world import ALICE, hold, score_embed
from tests.endpoints.scoring_world import Partner as LocalPartner
from tests.faults.faulty import Faulty
from tests.server.callers import ADDRESS
from tests.server.calls import call
from tests.server.holding import at_once, await_waiting, holding
from tests.server.running_server import RunningServer
from tests.server.servers import Service

__all__ = ["scoring_world"]

pytestmark = pytest.mark.xdist_group("faults")

LOCK_PASSPORT = "SELECT FROM registry_passport WHERE address = %s FOR UPDATE"
SECONDS = 20.0


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def another_server(faulty: Faulty, folder: Path, **settings: str) -> Iterator[Service]:
    """Of the same database, for a test that kills it."""
    service = faulty.service
    with RunningServer({**service.settings, **settings}, folder / "log") as server:
        yield Service(server, service.settings, service.database, service.issuer)


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to find the workers")


@needs_proc
def test_a_worker_killed_in_the_middle_of_a_score(faulty: Faulty, tmp_path: Path) -> None:
    """The client sees a broken connection; the database sees nothing; another worker takes over."""
    assert faulty.score().status == 200
    longer = {"DATABASE_LOCK_TIMEOUT_MS": "15000", "DATABASE_STATEMENT_TIMEOUT_MS": "15000", "WEB_CONCURRENCY": "1"}
    with another_server(faulty, tmp_path, **longer, DATABASE_ANSWER_TIMEOUT_MS="0") as service:
        faulty.figures.injected("worker killed in the middle of a score")
        (worker,) = children(service.server._process.pid)
        killed = faulty.on(service)
        with at_once() as start, faulty.nothing_is_written(), holding(service.database, LOCK_PASSPORT, ADDRESS):
            answer = start(partial(_broken, killed.score))
            await_waiting(service.database, 1)
            os.kill(worker, signal.SIGKILL)
            assert answer.result()
        killed.recovers()
        assert children(service.server._process.pid) != [worker]


def _broken(ask: Any) -> bool:
    """Whether the connection broke instead of being answered, or nginx says that it broke behind it."""
    try:
        return bool(ask().status == 502)
    except OSError:
        return True


def test_a_server_that_is_told_to_stop_under_load_loses_nothing(faulty: Faulty, tmp_path: Path) -> None:
    """Every request is answered, or never reached it; and whatever was answered is in the tables."""
    faulty.service.database.empty()
    with another_server(faulty, tmp_path, DATABASE_LOCK_TIMEOUT_MS="5000") as service:
        world = make_world(service, addresses=6, communities=2)
        clients = [Client(world, faulty.figures, seed=number, may_fail=True) for number in range(6)]
        threads = [threading.Thread(target=client.run, args=(60,)) for client in clients]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        faulty.figures.injected("SIGTERM under load")
        assert service.server.stop() == 0
        for thread in threads:
            thread.join(SECONDS)
        elsewhere = replace(world, service=faulty.service)  # the tables are the same
        check_at_the_end(elsewhere, faulty.figures, [scored for client in clients for scored in client.scored])
        assert faulty.figures.failures == []
        assert sum(map(len, (client.scored for client in clients))) > 0
        assert "503" not in faulty.figures.answers
    faulty.figures.leave_for_section()


@pytest.mark.usefixtures("scoring_world")
@pytest.mark.parametrize("moved", [timedelta(days=-1), timedelta(seconds=-1), timedelta(days=1)], ids=str)
def test_a_clock_that_is_moved_changes_no_score(monkeypatch: pytest.MonkeyPatch, moved: timedelta) -> None:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    partner = LocalPartner(weights={"Google": "1.25"}, threshold="1")
    hold("Google", "v0:a")
    answers = []
    for moment in (now, now + moved, now + timedelta(seconds=1)):
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        answers += [partner.score(ALICE).json(), score_embed(partner.community.pk).json()["score"]]
    assert {(score["score"], score["passing_score"], score["error"]) for score in answers} == {("1.25000", True, None)}


def test_health_is_answered_while_the_database_is_silent(faulty: Faulty) -> None:
    with faulty.proxy.silent():
        started = time.monotonic()
        assert call(faulty.service.server, "GET", "/health").status == 200
        assert time.monotonic() - started < 2
    faulty.recovers()
