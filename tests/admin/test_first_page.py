"""The first page of the admin site, and the sidebar of all: the team's jobs, to those who may do them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from scorer_v2.admin_site.navigation import JOBS, sidebar

Browsers = Callable[..., Client]
INDEX = "/admin/"


def titles(page: Any) -> set[str]:
    return {entry.title for job in page.context["jobs"] for entry in job.entries}


def test_it_shows_the_jobs(log_in: Browsers) -> None:
    page = log_in("operations").get(INDEX)
    assert page.status_code == 200
    assert {"Bans", "Address lists", "Scores", "API keys", "Stored stamps", "Log"} <= titles(page)
    assert "Who is banned, until when" in page.content.decode()


def test_users_are_not_everybodys_business(log_in: Browsers) -> None:
    assert "Users" not in titles(log_in("operations").get(INDEX))
    assert "Users" in titles(log_in(is_superuser=True, name="root").get(INDEX))


def test_who_is_in_no_group_is_told(log_in: Browsers) -> None:
    page = log_in().get(INDEX)
    assert titles(page) == set()
    assert "in no group yet" in page.content.decode()


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/admin/ceramic_cache/banlist/add/", "New ban list"),
        ("/admin/ceramic_cache/banlist/", "Ban lists"),
        ("/admin/ceramic_cache/ban/end/", "Bans"),
    ],
)
def test_the_sidebar_marks_the_one_entry_of_a_page(path: str, title: str, log_in: Browsers) -> None:
    page = log_in("operations").get(INDEX)
    request = page.wsgi_request
    request.path = path
    groups = sidebar(request)
    assert [item["title"] for group in groups for item in group["items"] if item.get("active")] == [title]


@pytest.mark.parametrize("entry", [entry for job in JOBS for entry in job.entries], ids=lambda entry: entry.title)
def test_every_entry_leads_to_a_page(entry: Any, log_in: Browsers) -> None:
    assert log_in(is_superuser=True).get(reverse(f"admin:{entry.url_name}")).status_code == 200


def test_every_table_is_reachable() -> None:
    listed = {entry.url_name for job in JOBS for entry in job.entries}
    tables = {f"{m._meta.app_label}_{m._meta.model_name}_changelist" for m in admin.site._registry}
    assert tables - listed == set()


def test_who_is_not_of_the_team_is_sent_to_the_login(log_in: Browsers) -> None:
    page = log_in(is_staff=False).get(INDEX)
    assert (page.status_code, page.headers["Location"]) == (302, "/admin/login/?next=/admin/")
