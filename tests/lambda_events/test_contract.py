"""Recorded cases of the contract, played against the function behind a load balancer: some of each endpoint.

LAMBDA_CASES=all plays all of them.
"""

import os
from itertools import groupby
from typing import Any

import pytest

from tests.contract.recorded import replay
from tests.contract.test_cases import World, recorded_cases
from tests.lambda_events.running_function import RunningFunction
from tests.server.servers import Service

OF_EACH_ENDPOINT = 2


def cases() -> list[dict[str, Any]]:
    found = [case for case in recorded_cases() if case["profile"] == "default"]
    if os.environ.get("LAMBDA_CASES") == "all":
        return found
    by_endpoint = groupby(found, key=lambda case: case["endpoint"])
    return [case for _, of_endpoint in by_endpoint for case in list(of_endpoint)[:OF_EACH_ENDPOINT]]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in cases()])
def test_it_answers_and_stores_what_is_recorded(
    served: Service, function: RunningFunction, case: dict[str, Any]
) -> None:
    world = World(served.database.url)
    try:
        differences = replay.play(world, function.base_url, case)
    finally:
        world.connection.close()
    assert not differences, "\n".join(differences)
