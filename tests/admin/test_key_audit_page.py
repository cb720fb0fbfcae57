"""The audit of API keys as a page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.account.admin import key_audit_page
from scorer_v2.primitives.errors import DatabaseUnavailable
from tests.factories.account import ApiKeyCallFactory, ApiKeyFactory

Browsers = Callable[..., Client]
PAGE = "/admin/account/audit-api-keys/"

pytestmark = pytest.mark.django_db


def findings(page: Any) -> list[tuple[str, str]]:
    return [(row[2], row[3]) for row in page.context["findings"].rows]


def test_keys_that_are_refused_in_use_come_first(log_in: Browsers) -> None:
    ApiKeyFactory(form="pbkdf2")
    revoked = ApiKeyFactory(revoked=True, name="<i>old</i>")
    ApiKeyCallFactory(api_key=revoked, created_at=timezone.now() - timedelta(days=3))
    page = log_in("support").get(PAGE)
    assert findings(page) == [
        ("Revoked, and called all the same", "yes"),
        ("Slow: proven by PBKDF2 until its next use", "no"),
    ]
    assert "&lt;i&gt;old&lt;/i&gt;" in page.content.decode()
    assert f"?q={revoked.prefix}" in page.content.decode()
    assert len(findings(log_in("support", name="sam").get(PAGE, {"days": 2}))) == 1


def test_when_nothing_is_found_it_says_so(log_in: Browsers) -> None:
    ApiKeyFactory()
    assert "No key is refused or slow." in log_in("support").get(PAGE).content.decode()


@pytest.mark.parametrize("days", ["0", "91", "x"])
def test_days_have_bounds(days: str, log_in: Browsers) -> None:
    page = log_in("support").get(PAGE, {"days": days})
    assert "days" in page.context["form"].errors
    assert "findings" not in page.context


def test_a_database_that_takes_too_long_is_told(log_in: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_: Any) -> Any:
        raise DatabaseUnavailable("57014")

    monkeypatch.setattr(key_audit_page, "audit_api_keys", fails)
    page = log_in("support").get(PAGE)
    assert page.status_code == 503
    assert "The database took too long" in page.content.decode()


def test_it_is_for_who_may_see_keys(log_in: Browsers) -> None:
    assert log_in().get(PAGE).status_code == 403
