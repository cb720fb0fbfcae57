"""Recorded cases of every endpoint, answered from within the host project."""

import json
from typing import Any

import pytest

from tests.contract.recorded import replay
from tests.contract.test_cases import World
from tests.server.profiles import RECORDED
from tests.server.servers import Service

FILES = sorted(path.stem for path in (RECORDED / "cases").glob("*.json"))
PLAYED_OF_A_FILE = 6
# Its path is none of ours, and so the host project's 404.
NOT_OURS = "legacy_gtc_stake/round not a number"


def cases_of(file: str) -> list[dict[str, Any]]:
    """Some from all over the file; all of them are played against the service that runs alone."""
    recorded = json.loads((RECORDED / "cases" / f"{file}.json").read_text())
    cases = [case for case in recorded if case["profile"] == "default" and case["name"] != NOT_OURS]
    return cases[:: max(1, len(cases) // PLAYED_OF_A_FILE)]


@pytest.mark.parametrize("file", FILES)
def test_they_match(host: Service, file: str) -> None:
    world = World(host.database.url)
    try:
        differences = {case["name"]: replay.play(world, host.server.base_url, case) for case in cases_of(file)}
    finally:
        world.connection.close()
    assert differences
    assert not {name: found for name, found in differences.items() if found}
