"""The settings that the recorded cases name for a server, and what this machine adds to them."""

import os
from collections.abc import Mapping
from pathlib import Path

RECORDED = Path(__file__).parent.parent / "contract" / "recorded"


def profile_environment(profile: str) -> dict[str, str]:
    """The variables of `recorded/env/<profile>.env`."""
    lines = (RECORDED / "env" / f"{profile}.env").read_text().splitlines()
    pairs = (line.split("=", 1) for line in lines if line.strip() and not line.startswith("#"))
    return {name.strip(): value for name, value in pairs}


def machine_environment() -> Mapping[str, str]:
    """The Redis of the tests, where they have one. Without it each process counts on its own: one worker then."""
    redis_url = os.environ.get("REDIS_URL")
    return {"REDIS_URL": redis_url, "WEB_CONCURRENCY": "2"} if redis_url else {"WEB_CONCURRENCY": "1"}
