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


def recorded_cases() -> Iterator[dict[str, Any]]:
    for file in sorted((RECORDED / "cases").glob("*.json")):
        yield from json.loads(file.read_text())


def as_parameter(case: dict[str, Any]) -> Any:
    # With `--dist loadgroup` only few processes need a server of the rarer profiles.
    group = pytest.mark.xdist_group(f"contract of {case['endpoint']}, {case['profile']}")
    return pytest.param(case, id=case["name"], marks=group)


class World(replay.World):
    """The recorded world, emptied in a tenth of the time."""

    def reset(self) -> None:
        empty(self.connection, first_id=replay.FIRST_NEW_ID)


@pytest.mark.parametrize("case", [as_parameter(case) for case in recorded_cases()])
def test_it_answers_and_stores_what_is_recorded(servers: Servers, case: dict[str, Any]) -> None:
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
    assert len({case["name"] for case in cases}) == len(cases) == 249
    assert {case["profile"] for case in cases} == set(PROFILES)


def forget_counts(case: dict[str, Any]) -> None:
    """An earlier run's requests must not count: a Redis outlives the servers that count in it."""
    url = os.environ.get("REDIS_URL")
    if not url or case["profile"] != "ratelimit":
        return
    with redis.Redis.from_url(url) as store:
        for key in case["tables"]["account_accountapikey"]:
            for name in store.scan_iter(f"*rate_limit:{key['prefix']}:*"):
                store.delete(name)
