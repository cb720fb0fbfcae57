"""Clients that score and post stamps, on connections that they keep."""

import http.client
import json
import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tests.concurrency.world import World
from tests.server.callers import USER_COMMUNITY, bulk_items, internal_headers, user_headers
from tests.server.running_server import HOST
from tools.prove.figures import Figures

TIMEOUT = 60.0
# With the limits of a test, and on a machine that is busy.
BOUND_SECONDS = 20.0
# How often each is done.
SHARES = {"v2_score": 30, "embed_score": 15, "internal_score": 15, "embed_stamps": 20, "bulk_stamps": 15, "ui_score": 5}


@dataclass(frozen=True)
class Scored:
    """A score that a client was given, computed for it."""

    community_id: int
    address: str
    score: Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any = None


class Client:
    """Does as many operations as it is told to, one after the other, chosen by its own part of the seed."""

    def __init__(self, world: World, figures: Figures, *, seed: object, may_fail: bool = False) -> None:
        """`may_fail`: 503 and broken connections are no failures: something is being broken on purpose."""
        self.world, self.figures, self.may_fail = world, figures, may_fail
        self.chance = random.Random(str(seed))
        self.scored: list[Scored] = []
        self.steps = 0
        self._connection: http.client.HTTPConnection | None = None

    def run(self, operations: int) -> None:
        for _ in range(operations):
            self.step()
        self.close()

    def step(self) -> None:
        kind = self.chance.choices(list(SHARES), list(SHARES.values()))[0]
        operation: Callable[[], tuple[Request, int, bool]] = getattr(self, f"_{kind}")
        request, community_id, is_computed = operation()
        self.steps += 1
        started = time.monotonic()
        status, answer = self._ask(request)
        self._check_time(request, time.monotonic() - started)
        self.figures.count(kind.replace("_", " "))
        self.figures.answered(status)
        if status in (200, 201):
            self._note(answer, community_id, is_computed)
        elif not self.may_fail or status not in (503, "broken"):
            self.figures.failed(f"{request.method} {request.path}: {status} {answer!r}"[:500])

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # Operations: the request, the community that is scored, and whether the score is surely a new one ----------------
    def _v2_score(self) -> tuple[Request, int, bool]:
        partner = self.chance.choice(self.world.partners)
        path = f"/v2/stamps/{partner.community.pk}/score/{self._address()}?include_human_points=true"
        return Request("GET", path, partner.headers), partner.community.pk, True

    def _embed_score(self) -> tuple[Request, int, bool]:
        community = self.chance.choice(self.world.community_ids)
        return Request("GET", f"/internal/embed/score/{community}/{self._address()}", {}), community, True

    def _internal_score(self) -> tuple[Request, int, bool]:
        community = self.chance.choice(self.world.community_ids)
        path = f"/internal/score/v2/{community}/{self._address()}"
        return Request("GET", path, internal_headers(self.world.service)), community, True

    def _embed_stamps(self) -> tuple[Request, int, bool]:
        community, address = self.chance.choice(self.world.community_ids), self._address()
        body = {"scorer_id": community, "stamps": self.world.credentials(self.chance, address, step=self.steps)}
        headers = internal_headers(self.world.service)
        return Request("POST", f"/internal/embed/stamps/{address}", headers, body), community, True

    def _bulk_stamps(self) -> tuple[Request, int, bool]:
        address = self._address()
        body = bulk_items(self.world.credentials(self.chance, address, step=self.steps))
        headers = user_headers(self.world.service, address)
        return Request("POST", "/ceramic-cache/stamps/bulk", headers, body), USER_COMMUNITY, True

    def _ui_score(self) -> tuple[Request, int, bool]:
        address = self._address()
        request = Request("GET", f"/ceramic-cache/score/{address}", user_headers(self.world.service, address))
        return request, USER_COMMUNITY, False

    def _address(self) -> str:
        return self.chance.choice(self.world.addresses)

    # Asking -----------------------------------------------------------------------------------------------------------
    def _ask(self, request: Request) -> tuple[int | str, Any]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(HOST, self.world.service.server.port, timeout=TIMEOUT)
        content = None if request.body is None else json.dumps(request.body).encode()
        try:
            self._connection.request(request.method, request.path, content, dict(request.headers))
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return "broken", repr(error)
        self._check_form(response, body)
        with suppress(ValueError):
            return response.status, json.loads(body)
        return response.status, body

    def _check_time(self, request: Request, seconds: float) -> None:
        self.figures.checked("an answer comes in bounded time")
        if seconds > BOUND_SECONDS:
            self.figures.failed(f"{request.method} {request.path} took {seconds:.1f} s")

    def _check_form(self, response: http.client.HTTPResponse, body: bytes) -> None:
        self.figures.checked("an answer has a request id")
        if not response.headers["X-Request-Id"]:
            self.figures.failed(f"an answer without a request id: {response.status} {body[:200]!r}")
        if response.status == 503:
            self.figures.checked("503 has Retry-After")
            if not response.headers["Retry-After"]:
                self.figures.failed(f"503 without Retry-After: {body[:200]!r}")

    def _note(self, answer: Any, community_id: int, is_computed: bool) -> None:
        score = answer.get("score") if isinstance(answer.get("score"), dict) else answer
        if is_computed:
            self.scored.append(Scored(community_id, score["address"], score))
        self.figures.count("scores with a deduplicated stamp", any(s["dedup"] for s in score["stamps"].values()))
