"""What every test gets: a cache of its own. And what some ask for: a real Redis."""

import os
import uuid
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django import Settings

from tests.committing import rows_deleted_afterwards


@pytest.fixture(autouse=True)
def _own_cache(settings: Settings) -> None:
    """No test sees what another one cached, and none empties the developer's Redis."""
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": uuid.uuid4().hex}}


@pytest.fixture
def redis_cache(settings: Settings, _own_cache: None) -> Iterator[str]:
    """The cache is the Redis of REDIS_URL, under a prefix of the test's own. Gives the URL."""
    url = os.environ.get("REDIS_URL")
    if not url:
        pytest.skip(
            "needs a Redis: docker run --rm -p 6379:6379 redis, and REDIS_URL=redis://127.0.0.1:6379/1 make test"
        )
    prefix = uuid.uuid4().hex
    settings.CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": url,
            "KEY_PREFIX": prefix,
            "TIMEOUT": 300,
            "OPTIONS": {"SERIALIZER": "django_redis.serializers.json.JSONSerializer"},
        }
    }
    yield url
    cache.delete_pattern("*")


@pytest.fixture
def committed_rows(db: None) -> Iterator[None]:
    """The test's rows are committed, as code that opens transactions of its own needs it, and deleted afterwards."""
    with rows_deleted_afterwards():
        yield
