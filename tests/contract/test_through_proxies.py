"""The recorded cases match through a pooling proxy and through a strict one as they do directly."""

import json
from pathlib import Path

import pytest

from tests.contract.recorded import replay
from tests.contract.test_cases import World
from tests.server.poolers import PgBouncer, StrictProxy
from tests.server.profiles import RECORDED, profile_environment
from tests.server.servers import Servers

PROXIES = {"pgbouncer": PgBouncer, "strict proxy": StrictProxy}
FILES = sorted((RECORDED / "cases").glob("*.json"))

pytestmark = pytest.mark.xdist_group("poolers")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize("proxy", PROXIES)
def test_the_cases_of_an_endpoint_match_through_a_proxy(servers: Servers, proxy: str, file: Path) -> None:
    settings = {**profile_environment("default"), "DATABASE_POOLER": "transaction"}
    served = servers.proxied(f"default by {proxy}", by=PROXIES[proxy], **settings)
    cases = [case for case in json.loads(file.read_text()) if case["profile"] == "default"]
    world = World(served.database.url)
    try:
        found = {case["name"]: replay.play(world, served.server.base_url, case) for case in cases}
    finally:
        world.connection.close()
    assert {name: differences for name, differences in found.items() if differences} == {}
