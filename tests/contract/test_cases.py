"""Every recorded case, played against a server of its profile by the tool that the cases came with."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from tests.contract.recorded import replay
from tests.server.profiles import RECORDED
from tests.server.scratch_databases import empty
from tests.server.servers import Servers

PROFILES = ("default", "plain", "ratelimit")

JULY_2026 = ("access_tokens", "embed_config", "lambda_scoring", "points_write")
"""The files of July 2026 of what is built; every case of `rate_limits` asks an endpoint that is not.

Cases with a hint show where this service may differ, those of the Lambda functions what clients of theirs see: neither
has to match.
"""
JULY_2026_PROFILES = ("head", "head-points")
OTHERWISE_BY_RULE = {
    "lambda_scoring/validate key wrong secret": "D17: a refused key of a known prefix leaves an analytics row",
}


def recorded_cases() -> Iterator[dict[str, Any]]:
    for file in sorted((RECORDED / "cases").glob("*.json")):
        yield from json.loads(file.read_text())


def newer_cases() -> Iterator[dict[str, Any]]:
    for name in JULY_2026:
        for case in json.loads((RECORDED / "cases_head" / f"{name}.json").read_text()):
            if case["profile"] in JULY_2026_PROFILES and "deviation_hint" not in case:
                yield case


def as_parameter(case: dict[str, Any]) -> Any:
    # With `--dist loadgroup` only few processes need a server of the rarer profiles.
    group = pytest.mark.xdist_group(f"contract of {case['endpoint']}, {case['profile']}")
    return pytest.param(case, id=case["name"], marks=group)


class World(replay.World):
    """The recorded world, emptied in a tenth of the time."""

    def reset(self) -> None:
        empty(self.connection, first_id=replay.FIRST_NEW_ID)


@pytest.mark.parametrize("case", [as_parameter(case) for case in (*recorded_cases(), *newer_cases())])
def test_it_answers_and_stores_what_is_recorded(servers: Servers, case: dict[str, Any]) -> None:
    if reason := OTHERWISE_BY_RULE.get(case["name"]):
        pytest.skip(reason)
    served = servers.of_profile(case["profile"])
    forget_counts(case)
    world = World(served.database.url)
    try:
        differences = replay.play(world, served.server.base_url, case)
    finally:
        world.connection.close()
    assert not differences, "\n".join(differences)


def test_the_recorded_cases_are_all_there() -> None:
    cases = list(recorded_cases())
    assert len({case["name"] for case in cases}) == len(cases) == 250
    assert {case["profile"] for case in cases} == set(PROFILES)
    newer = list(newer_cases())
    assert {case["profile"] for case in newer} == set(JULY_2026_PROFILES)
    assert OTHERWISE_BY_RULE.keys() <= {case["name"] for case in newer}


def forget_counts(case: dict[str, Any]) -> None:
    """An earlier run's requests must not count: a Redis outlives the servers that count in it."""
    url = os.environ.get("REDIS_URL")
    if not url or not case["profile"].endswith("ratelimit"):
        return
    with redis.Redis.from_url(url) as store:
        for key in case["tables"]["account_accountapikey"]:
            for name in store.scan_iter(f"*rate_limit:{key['prefix']}:*"):
                store.delete(name)
