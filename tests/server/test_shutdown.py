"""A deployment replaces servers while they work: what was begun is answered."""

import time
from functools import partial
from pathlib import Path

from tests.factories.registry import PassportFactory
from tests.server.callers import ADDRESS, Partner, partner
from tests.server.holding import SECONDS, at_once, await_waiting, holding
from tests.server.running_server import RunningServer
from tests.server.servers import Service

LOCK_PASSPORT = "SELECT FROM registry_passport WHERE address = %s AND community_id = %s FOR UPDATE"


def test_a_server_that_is_told_to_stop_finishes_its_requests(service: Service, tmp_path: Path) -> None:
    with RunningServer(service.settings, tmp_path / "log") as server, at_once() as start:
        stopping = Partner(Service(server, service.settings, service.database, service.issuer), *made(service))
        with holding(service.database, LOCK_PASSPORT, ADDRESS, stopping.community.pk):
            answer = start(partial(stopping.score, ADDRESS))
            await_waiting(service.database, 1)
            status = start(server.stop)
            await_said(server, "Handling signal: term")
        assert answer.result().status == 200
        assert status.result() == 0
    assert "Traceback" not in server.log()


def await_said(server: RunningServer, text: str) -> None:
    deadline = time.monotonic() + SECONDS
    while text not in server.log():
        assert time.monotonic() < deadline, server.log()
        time.sleep(0.02)


def made(service: Service) -> tuple[object, object]:
    caller = partner(service)
    PassportFactory(address=ADDRESS, community=caller.community)
    return caller.key, caller.community
