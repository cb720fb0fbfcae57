"""The first round trip of a partner's score finds the key, and enters and loads only for one that is proven."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.account.keys import KeyRow, present_key
from apps.registry.managers.transactions import ScoringTransaction
from tests.factories.account import ApiKeyFactory, CommunityFactory

pytestmark = pytest.mark.usefixtures("committed_rows")

ALICE = "0x" + "a" * 40
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "abcd1234.secret"


def opened(text: str = SECRET, **key: Any) -> tuple[KeyRow | None, ScoringTransaction]:
    row = ApiKeyFactory(secret=SECRET, **{"id": "an id", **key})
    community = CommunityFactory(account=row.account)
    presented = present_key(x_api_key=text, authorization="", aliases_in_authorization=False)
    with ScoringTransaction(address=ALICE, now=NOW, points_wanted=False) as scoring:
        return scoring.open_for_key(key=presented, scorer_id=community.pk), scoring


@pytest.mark.parametrize("form", ["sha256", "sha256_only"])
def test_a_proven_key_enters_and_loads(form: str) -> None:
    found_key, found = opened(form=form, rate_limit="1/1h", embed_rate_limit="2/1h", expiry_date=NOW)
    assert found_key is not None
    assert (found_key.id, found_key.rate_limit, found_key.embed_rate_limit) == ("an id", "1/1h", "2/1h")
    assert found.snapshot is not None
    assert found.entrance.created


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("abcd1234.wrong", {}),
        ("abcd1234.wrong", {"form": "sha256_only"}),
        (SECRET, {"form": "pbkdf2"}),
        (SECRET, {"revoked": True}),
        (SECRET, {"expiry_date": NOW - timedelta(microseconds=1)}),
        (SECRET, {"read_scores": False}),
    ],
    ids=["wrong secret", "wrong secret", "not yet proven", "revoked", "expired", "no permission"],
)
def test_any_other_key_is_found_and_enters_and_loads_nothing(text: str, key: dict[str, Any]) -> None:
    found_key, found = opened(text, **key)
    assert found_key is not None
    assert (found.snapshot, found.entrance.passport_id, found.entrance.created) == (None, None, False)


def test_a_key_that_nobody_has_finds_nothing() -> None:
    found_key, found = opened("unknown0.x")
    assert (found_key, found.snapshot, found.entrance.passport_id) == (None, None, None)
