from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import orjson
import pytest

from apps.registry.scoring import verdicts
from apps.registry.scoring.verdicts import VerdictCache
from tests.unit.scoring.proof_samples import NOW, eip712

VALID = eip712()
DOCUMENT = orjson.dumps(VALID).decode()


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """The check that the cache saves, counted."""
    check = Mock(wraps=verdicts.proof_fault)
    monkeypatch.setattr(verdicts, "proof_fault", check)
    return check


def test_a_valid_document_is_checked_once(check: Mock) -> None:
    cache = VerdictCache(10)

    assert [cache.fault(DOCUMENT, VALID, now=NOW) for _ in range(3)] == [None, None, None]
    assert check.call_count == 1


def test_an_invalid_document_is_checked_every_time(check: Mock) -> None:
    cache, invalid = VerdictCache(10), {**VALID, "issuanceDate": "2026-01-01T00:00:00Z"}

    assert all(cache.fault("{}", invalid, now=NOW) for _ in range(2))
    assert check.call_count == 2
    assert len(cache) == 0


def test_a_document_that_differs_in_one_byte_is_another(check: Mock) -> None:
    cache, invalid = VerdictCache(10), {**VALID, "issuanceDate": "2026-01-01T00:00:00Z"}
    cache.fault(DOCUMENT, VALID, now=NOW)

    assert cache.fault(DOCUMENT + " ", invalid, now=NOW) is not None
    assert check.call_count == 2


def test_a_verdict_does_not_count_for_a_time_before_it_was_found() -> None:
    cache = VerdictCache(10)
    assert cache.fault(DOCUMENT, VALID, now=NOW) is None

    assert cache.fault(DOCUMENT, VALID, now=NOW - timedelta(days=365)) == "the proof was created in the future"
    assert cache.fault(DOCUMENT, VALID, now=NOW) is None


def test_a_proof_of_the_future_is_found_valid_when_its_time_has_come() -> None:
    cache = VerdictCache(10)
    assert cache.fault(DOCUMENT, VALID, now=NOW - timedelta(days=365)) is not None

    assert cache.fault(DOCUMENT, VALID, now=NOW) is None


def test_the_least_recently_used_verdict_leaves_first(check: Mock) -> None:
    cache = VerdictCache(2)
    for document in (DOCUMENT, DOCUMENT + " ", DOCUMENT, DOCUMENT + "  "):
        cache.fault(document, VALID, now=NOW)
    assert len(cache) == 2
    check.reset_mock()

    cache.fault(DOCUMENT, VALID, now=NOW)
    assert check.call_count == 0
    cache.fault(DOCUMENT + " ", VALID, now=NOW)
    assert check.call_count == 1


def test_a_size_of_zero_turns_it_off(check: Mock) -> None:
    cache = VerdictCache(0)
    for _ in range(2):
        assert cache.fault(DOCUMENT, VALID, now=NOW) is None

    assert check.call_count == 2
    assert len(cache) == 0


def test_a_size_of_one_keeps_one(check: Mock) -> None:
    cache = VerdictCache(1)
    for _ in range(2):
        assert cache.fault(DOCUMENT, VALID, now=NOW) is None

    assert (check.call_count, len(cache)) == (1, 1)


def test_a_document_that_is_no_unicode_does_not_raise() -> None:
    assert VerdictCache(10).fault("\ud800", {}, now=NOW) is not None


def test_threads_may_share_it() -> None:
    cache = VerdictCache(3)

    def look(number: int) -> Any:
        return cache.fault(DOCUMENT + " " * (number % 7), VALID, now=NOW)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(look, range(400))) == {None}
    assert len(cache) == 3
