"""The admin site's login, and how often it may be tried."""

import logging
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache.backends.locmem import LocMemCache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.admin.conftest import member
from tests.admin.rendered import visit

LOGIN = "/admin/login/"
WRONG = "wrong"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _three_a_minute(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ADMIN_LOGIN_RATE_LIMIT = "3/1m"
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    member(name="alice")
    member(name="bob")


def log_in(name: str = "alice", password: str = WRONG, *, caller: str = "10.0.0.1") -> Any:
    """An attempt, seen from behind a load balancer."""
    headers = {"X-Forwarded-For": f"9.9.9.9, {caller}"}
    return Client().post(LOGIN, {"username": name, "password": password}, headers=headers)


def is_refused(page: Any) -> bool:
    return "Too many attempts. Try again in 1 minute." in page.content.decode()


def test_the_right_password_logs_in() -> None:
    browser = Client()
    page = browser.post(f"{LOGIN}?next=/admin/", {"username": "alice", "password": "right"})
    assert (page.status_code, page.headers["Location"]) == (302, "/admin/")
    assert browser.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("asked", "reached"),
    [("/admin/login/", "/admin/"), ("/admin/", "/admin/"), ("/admin/auth/group/", "/admin/auth/group/")],
)
def test_the_form_leads_where_somebody_wanted_to_go(asked: str, reached: str) -> None:
    get_user_model().objects.filter(username="alice").update(is_superuser=True)
    page = visit(Client(), asked).send("login-form", username="alice", password="right")
    assert (page.status, page.url) == (200, reached)


def test_wrong_passwords_from_elsewhere_do_not_lock_the_right_one_out() -> None:
    """Not even where the name was never used from: the limit from everywhere is generous."""
    assert [is_refused(log_in()) for _ in range(4)] == [False, False, False, True]
    assert log_in(password="right", caller="10.0.0.2").status_code == 302


def test_a_name_is_limited_from_everywhere_but_where_it_was_used() -> None:
    assert log_in(password="right", caller="10.9.9.9").status_code == 302
    assert not any(is_refused(log_in(caller=f"10.0.{number}.1")) for number in range(60))
    assert is_refused(log_in(password="right", caller="10.1.1.1"))
    assert log_in(password="right", caller="10.9.9.9").status_code == 302


def test_a_user_name_is_the_same_in_any_case() -> None:
    for name in ("alice", "ALICE", " Alice"):
        log_in(name)
    assert is_refused(log_in())


def test_a_caller_is_refused_whatever_the_name() -> None:
    for number in range(15):
        log_in(f"nobody {number}")
    assert is_refused(log_in("bob", "right"))
    assert log_in("bob", "right", caller="10.0.0.2").status_code == 302


def test_a_login_of_ones_own_does_not_open_the_names_of_others() -> None:
    for number in range(15):
        log_in(f"nobody {number}")
        if number == 10:
            assert log_in("bob", "right").status_code == 302
    assert is_refused(log_in("alice"))


def test_logins_that_succeed_count_for_nothing() -> None:
    assert not any(is_refused(log_in(password="right")) for _ in range(20))


@pytest.mark.parametrize(("trusted", "is_believed"), [("127.0.0.0/8", True), ("*", True), ("10.1.2.3", False)])
def test_forwarded_addresses_count_where_a_trusted_proxy_wrote_them(
    trusted: str, is_believed: bool, settings: Settings
) -> None:
    settings.FORWARDED_ALLOW_IPS = trusted
    refused = [is_refused(log_in(caller=f"10.0.0.{number}")) for number in range(4)]
    assert refused[-1] is not is_believed


@pytest.mark.parametrize(
    ("name", "times", "lifted"), [("alice", 4, {"username": "Alice"}), ("other", 16, {"caller": "10.0.0.1"})]
)
def test_an_operator_lifts_a_limit(name: str, times: int, lifted: dict[str, str]) -> None:
    for number in range(times):
        log_in(name if name == "alice" else f"{name} {number}")
    assert is_refused(log_in(password="right"))
    call_command("lift_login_limit", **lifted, stdout=StringIO())
    assert log_in(password="right").status_code == 302


def test_the_next_window_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        log_in()
    later = timezone.now() + timedelta(minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert log_in(password="right").status_code == 302


def test_no_limit_limits_nobody(settings: Settings) -> None:
    settings.ADMIN_LOGIN_RATE_LIMIT = ""
    assert not any(is_refused(log_in()) for _ in range(5))


def test_without_a_cache_nobody_is_refused_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError

    for name in ("add", "get", "set"):
        monkeypatch.setattr(LocMemCache, name, fail)
    monkeypatch.setattr(LocMemCache, "delete", fail)
    with caplog.at_level(logging.ERROR):
        assert [log_in(password="right").status_code for _ in range(4)] == [302] * 4
    assert "rate limits are not applied: the cache is unavailable" in caplog.text
