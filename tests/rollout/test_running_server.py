"""A running service follows the command, without a restart."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings as django_settings

from tests.factories.addresses import address
from tests.server.servers import Service, servers_of

# Nobody else's: the state is one for all servers of a Redis database.
DATABASE_NUMBER = 15
PATH = f"/internal/stake/gtc/{address(1)}"


@pytest.fixture
def rolled(pytestconfig: pytest.Config) -> Iterator[Service]:
    """Two workers with a Redis database of their own."""
    if not os.environ.get("REDIS_URL"):
        pytest.skip("needs a Redis: REDIS_URL=redis://127.0.0.1:6379/1 make test")
    url = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{DATABASE_NUMBER}").geturl()
    with redis.Redis.from_url(url) as store:
        if store.dbsize():
            pytest.skip(f"the Redis database {DATABASE_NUMBER} is in use")
        wanted: dict[str, Any] = {"REDIS_URL": url, "ROLLOUT_REFRESH_SECONDS": "1", "WEB_CONCURRENCY": "2"}
        wanted["ROLLOUT_MODE"] = "header"
        yield servers_of(pytestconfig).direct("rolled out", **wanted)
        store.flushdb()


def rollout(service: Service, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "rollout", *arguments],
        cwd=django_settings.BASE_DIR,
        env={**service.settings, "PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "settings.production"},
        capture_output=True,
        text=True,
        check=True,
    )
    time.sleep(1.2)
    return done.stdout


def answered_by(service: Service, number: int = 20, **headers: str) -> set[str]:
    """The marks of several answers, of both workers."""
    return {service.call("GET", PATH, headers=headers).headers["x-scorer"] for _ in range(number)}


def test_it_follows_the_command_within_seconds_and_goes_back(rolled: Service) -> None:
    assert answered_by(rolled) == {"v2-declined"}
    rollout(rolled, "set", "--mode", "all")
    assert answered_by(rolled) == {"v2"}
    rollout(rolled, "set", "--mode", "header")
    assert answered_by(rolled) == {"v2-declined"}
    assert answered_by(rolled, **{"X-Use-Rust-Scorer": "true"}) == {"v2"}
    rollout(rolled, "set", "--percent", "100")
    assert answered_by(rolled) == {"v2"}
    rollout(rolled, "set", "--percent", "0")
    assert answered_by(rolled) == {"v2-declined"}
    assert rolled.call("GET", "/health").status == 200
    assert "Holds: whoever sends X-Use-Rust-Scorer: true (from the settings)." in rollout(rolled, "reset")
    assert answered_by(rolled) == {"v2-declined"}
    assert "the rollout state changed" in rolled.server.log()
