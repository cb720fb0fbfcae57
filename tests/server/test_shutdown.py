"""A deployment replaces servers while they work: what was begun is answered."""

import socket
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.factories.registry import PassportFactory
from tests.server.callers import ADDRESS, Partner, partner
from tests.server.holding import SECONDS, at_once, await_waiting, holding
from tests.server.nginx import needs_nginx
from tests.server.running_server import HOST, RunningServer
from tests.server.servers import Service

LOCK_PASSPORT = "SELECT FROM registry_passport WHERE address = %s AND community_id = %s FOR UPDATE"

# The lock is held for as long as the test looks.
PATIENT = {f"DATABASE_{name}_TIMEOUT_MS": "15000" for name in ("LOCK", "STATEMENT", "ANSWER")}


def test_gunicorn_that_is_told_to_stop_finishes_its_requests(service: Service, tmp_path: Path) -> None:
    with RunningServer(service.settings | PATIENT, tmp_path / "log", behind_nginx=False) as server, at_once() as start:
        stopping = partner_of(server, service)
        with holding(service.database, LOCK_PASSPORT, ADDRESS, stopping.community.pk):
            answer = start(partial(stopping.score, ADDRESS))
            await_waiting(service.database, 1)
            status = start(server.stop)
            await_said(server, "Handling signal: term")
        assert answer.result().status == 200
        assert status.result() == 0
    assert "Traceback" not in server.log()


@needs_nginx
def test_nginx_that_is_told_to_stop_takes_nothing_new_and_finishes_its_requests(
    service: Service, tmp_path: Path
) -> None:
    with RunningServer(service.settings | PATIENT, tmp_path / "log") as server, at_once() as start:
        stopping = partner_of(server, service)
        with holding(service.database, LOCK_PASSPORT, ADDRESS, stopping.community.pk):
            answer = start(partial(stopping.score, ADDRESS))
            await_waiting(service.database, 1)
            status = start(server.stop)
            await_refused(server)
        assert answer.result().status == 200
        assert status.result() == 0
    assert "Traceback" not in server.log()


def await_refused(server: RunningServer) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        assert time.monotonic() < deadline
        try:
            socket.create_connection((HOST, server.port)).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.02)


def await_said(server: RunningServer, text: str) -> None:
    deadline = time.monotonic() + SECONDS
    while text not in server.log():
        assert time.monotonic() < deadline, server.log()
        time.sleep(0.02)


def partner_of(server: RunningServer, service: Service) -> Partner:
    """A caller of the server, with a passport for ADDRESS."""
    caller = partner(service)
    PassportFactory(address=ADDRESS, community=caller.community)
    return replace(caller, service=replace(service, server=server))
