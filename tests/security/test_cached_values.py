"""API10: what lies in Redis is data of others. Nonsense there is no error, and nothing in it is carried out."""

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client

from apps.scorer_weighted.services import CACHE_NAME
from scorer_v2.rollout import state
from tests.endpoints.scoring_world import Partner
from tests.factories.account import CommunityFactory
from tests.server.profiles import profile_environment

CHECKOUT = Path(__file__).parents[2]
NONSENSE = ["", "null", "[1]", "{", '{"Google": "much"}', '{"Google": NaN}', '{"Google": {}}', 7, ["Google"], True]


def weights(community: Any) -> Any:
    return Client(raise_request_exception=False).get(f"/internal/embed/weights?community_id={community.pk}")


@pytest.mark.parametrize("value", NONSENSE, ids=repr)
def test_weights_that_are_none_are_read_from_the_database(committed_rows: None, value: Any) -> None:
    community = CommunityFactory(weights={"Google": 1.5})
    cache.set(CACHE_NAME.format(community.pk), value)
    assert (weights(community).status_code, weights(community).json()) == (200, {"Google": 1.5})


@pytest.mark.parametrize("value", [*NONSENSE, '{"mode": "none"}', '{"mode": "percent", "percent": 101}'], ids=repr)
def test_a_rollout_that_is_none_is_the_settings(value: Any) -> None:
    cache.set(state.CACHE_NAME, value)
    assert state.CurrentRollout()() == state.configured()


class Program:
    """A pickle that runs a command where it is read."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.file}",)


def test_a_program_in_redis_is_not_run(committed_rows: None, redis_cache: str, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    community = CommunityFactory(weights={"Google": 1.5})
    name = cache.make_key(CACHE_NAME.format(community.pk))
    cache.client.get_client(write=True).set(name, pickle.dumps(Program(ran)))  # type: ignore[attr-defined]  # django-redis
    assert weights(community).json() == {"Google": 1.5}
    assert not ran.exists()


def test_a_program_would_run_where_pickles_are_read(tmp_path: Path) -> None:
    """The test above could fail."""
    pickle.loads(pickle.dumps(Program(tmp_path / "ran")))  # noqa: S301 - our own
    assert (tmp_path / "ran").exists()


def test_production_reads_no_pickles() -> None:
    environment = {
        **profile_environment("default"),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DATABASE_URL": "postgresql:///a",
    }
    command = (
        "import django; django.setup(); from django.core.cache import cache; print(type(cache.client._serializer))"
    )
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=CHECKOUT, capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "settings.production", **environment},
    )  # fmt: skip
    assert "JSONSerializer" in done.stdout


def test_a_counter_that_is_no_number_limits_nobody(scoring_world: None, settings: Any, monkeypatch: Any) -> None:
    settings.RATELIMIT_ENABLE = True
    monkeypatch.setattr(LocMemCache, "add", lambda *_, **__: False)
    monkeypatch.setattr(LocMemCache, "incr", lambda *_, **__: "many")
    assert Partner(key={"secret": "abcd1234.secret", "rate_limit": "1/1h"}).score().status_code == 200
