"""No test sees what another one left in a memory of the core: each starts as a process does."""

import time
from collections.abc import Iterator

import pytest

from apps.registry.scoring import ed25519, eip712, hash_budget


def pytest_runtest_setup(item: pytest.Item) -> None:
    for remembered in (eip712._schema, hash_budget.short_hash, ed25519._public_key):
        remembered.cache_clear()


@pytest.fixture
def somewhere_else(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose own zone is not UTC."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()
