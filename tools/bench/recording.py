"""What the service sends to PostgreSQL for a request, recorded where it sends it.

So whoever uses the recorded statements (the floor, the plans) cannot have other ones than the service.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from django.test import Client

from scorer_v2.database import round_trips
from tools.bench.requests import Request


@dataclass(frozen=True)
class Sent:
    """A statement, by its name, and the values that were bound to it."""

    name: str
    sql: str
    values: dict[str, Any] | None


Trip = tuple[Sent, ...]
Trips = tuple[Trip, ...]


@contextmanager
def recorded_trips() -> Iterator[list[Trip]]:
    """The round trips that this process makes within the block."""
    trips: list[Trip] = []
    carry_out = round_trips._carry_out

    def heard(steps: Sequence[round_trips.Step], *others: Any) -> None:
        trips.append(tuple(_sent(step) for step in steps))
        carry_out(steps, *others)

    with patch.object(round_trips, "_carry_out", heard):
        yield trips


def record(requests: Sequence[Request]) -> list[Trips]:
    """The round trips of each request, which is answered by this process. Raises ValueError for one that fails."""
    client = Client()
    found = []
    for request in requests:
        with recorded_trips() as trips:
            answer = client.generic(
                request.method, request.path, request.body, "application/json", headers=dict(request.headers)
            )
        if answer.status_code >= 400:
            raise ValueError(f"{request.path} was answered {answer.status_code}")
        found.append(tuple(trips))
    return found


def _sent(step: round_trips.Step) -> Sent:
    values = dict(step.values) if step.values is not None else None
    return Sent(step.statement.name, step.statement.sql, values)
