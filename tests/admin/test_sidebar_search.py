"""The search in the sidebar of the admin site: the tables by their names."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client

Browsers = Callable[..., Client]
SEARCH = "/admin/search/"


def found(browser: Client, text: str) -> str:
    page = browser.get(SEARCH, {"s": text})
    assert page.status_code == 200
    return page.content.decode()


def test_it_finds_tables_by_a_part_of_their_names(log_in: Browsers) -> None:
    page = found(log_in("operations"), "ban l")
    assert "/admin/ceramic_cache/banlist/" in page
    assert "/admin/account/accountapikey/" not in page


def test_it_finds_nothing_that_the_user_may_not_see(log_in: Browsers) -> None:
    assert "/admin/auth/user/" not in found(log_in("operations"), "users")
    assert "/admin/auth/user/" in found(log_in(is_superuser=True, name="root"), "users")


def test_it_works_without_a_cache(log_in: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError

    browser = log_in("operations")
    for operation in ("get", "set", "add", "touch", "delete"):
        monkeypatch.setattr(LocMemCache, operation, fail)
    assert "/admin/ceramic_cache/banlist/" in found(browser, "ban l")


def test_a_permission_that_was_taken_away_counts_at_once(log_in: Browsers) -> None:
    browser = log_in(is_superuser=True, name="root")
    assert "/admin/auth/user/" in found(browser, "users")
    User.objects.filter(username="root").update(is_superuser=False)
    assert "/admin/auth/user/" not in found(browser, "users")
