"""manage.py audit_api_keys and prune_analytics."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.account.models import AccountAPIKeyAnalytics
from tests.factories.account import ApiKeyCallFactory, ApiKeyFactory
from tests.operations.commands import run, run_json

pytestmark = pytest.mark.django_db

NOW = timezone.now()
YESTERDAY = NOW - timedelta(days=1)
LONG_AGO = NOW - timedelta(days=100)


def used(key: Any, at: Any = YESTERDAY, path: str = "/v2/stamps/1/score/0x0") -> Any:
    ApiKeyCallFactory(api_key=key, created_at=at, path=path)
    return key


def audited() -> tuple[int, dict[str, list[tuple[str, bool]]]]:
    status, printed = run_json("audit_api_keys")
    found: dict[str, list[tuple[str, bool]]] = {}
    for finding in printed["findings"]:
        found.setdefault(finding["key"]["name"], []).append((finding["problem"], finding["is_in_use"]))
    return status, found


def test_it_finds_the_keys_that_are_refused() -> None:
    used(ApiKeyFactory(name="sound"))
    used(ApiKeyFactory(name="revoked", revoked=True))
    used(ApiKeyFactory(name="revoked long ago", revoked=True), LONG_AGO)
    used(ApiKeyFactory(name="expired", expiry_date=YESTERDAY))
    ApiKeyFactory(name="expired, not used", expiry_date=YESTERDAY)
    ApiKeyFactory(name="expires", expiry_date=NOW + timedelta(days=1))
    used(ApiKeyFactory(name="may not read", read_scores=False))
    used(ApiKeyFactory(name="reads no scores", read_scores=False), path="/registry/submit-passport")
    used(ApiKeyFactory(name="slow", form="pbkdf2"))
    ApiKeyFactory(name="migrated early", form="sha256_only")
    ApiKeyFactory(name="slow and revoked", form="pbkdf2", revoked=True)

    assert audited() == (
        1,
        {
            "revoked": [("revoked", True)],
            "expired": [("expired", True)],
            "expired, not used": [("expired", False)],
            "may not read": [("may_not_read_scores", True)],
            "slow": [("only_pbkdf2", True)],
        },
    )


def test_a_key_that_is_slow_or_unused_is_no_failure() -> None:
    used(ApiKeyFactory(form="pbkdf2"))
    ApiKeyFactory(expiry_date=YESTERDAY)
    status, printed = run("audit_api_keys", "--days", 7)
    assert status == 0
    assert "refused in use: 0" in printed


def calls() -> list[int]:
    return list(AccountAPIKeyAnalytics.objects.order_by("id").values_list("id", flat=True))


def test_old_rows_are_deleted_in_batches() -> None:
    for _ in range(5):
        ApiKeyCallFactory(created_at=LONG_AGO)
    kept = [ApiKeyCallFactory(created_at=YESTERDAY).pk, ApiKeyCallFactory(created_at=None).pk]
    status, printed = run_json("prune_analytics", "--older-than", 90, "--batch-size", 2)
    assert (status, printed["old"], printed["deleted"]) == (0, 5, 5)
    assert calls() == kept
    assert run_json("prune_analytics", "--older-than", 90)[1]["deleted"] == 0


def test_a_dry_run_deletes_nothing() -> None:
    ApiKeyCallFactory(created_at=LONG_AGO)
    assert run_json("prune_analytics", "--older-than", 90, "--dry-run")[1]["old"] == 1
    assert len(calls()) == 1


@pytest.mark.parametrize("days", ["0", "-1", "x"])
def test_it_deletes_nothing_recent_by_mistake(days: str) -> None:
    assert run("prune_analytics", f"--older-than={days}")[0] != 0
