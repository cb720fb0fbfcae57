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
from tests.server.running_server import HOST, RunningServer, of_gunicorn
from tests.server.servers import Service

LOCK_PASSPORT = "SELECT FROM registry_passport WHERE address = %s AND community_id = %s FOR UPDATE"

CLIENTS = 12
# The lock is held for as long as the test looks.
PATIENT = {f"DATABASE_{name}_TIMEOUT_MS": "15000" for name in ("LOCK", "STATEMENT", "ANSWER")}


@of_gunicorn
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


@needs_nginx
def test_no_request_is_lost_when_the_service_stops_under_load(service: Service, tmp_path: Path) -> None:
    """Each that was taken is answered in full; the connections of the others are refused, or reset by the kernel."""
    with RunningServer(service.settings, tmp_path / "log") as server, at_once() as start:
        caller = partner_of(server, service)
        asking = [start(partial(scores_until_refused, caller)) for _ in range(CLIENTS)]
        time.sleep(1)
        assert server.stop() == 0
        answered = [status for client in asking for status in client.result()]
    assert set(answered) == {200}
    assert len(answered) > CLIENTS
    assert server.nginx_log() == ""
    assert server.log().count('"route":"/v2/stamps/{scorer_id}/score/{address}","status":200') == len(answered)


def scores_until_refused(caller: Partner) -> list[int]:
    statuses = []
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            statuses.append(caller.score(ADDRESS).status)
        except (ConnectionRefusedError, ConnectionResetError):
            return statuses
    raise AssertionError("the server did not stop")


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
