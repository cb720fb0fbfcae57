"""API5: a credential of one kind authenticates at no endpoint of another kind; no other method or path answers."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, get_resolver

from tests.endpoints.left_behind import ANALYTICS, all_rows
from tests.endpoints.scoring_world import ALICE, Partner, access_token, hold, internal
from tests.server.test_routes_table import INTERNAL, PARTNER, TABLE, USER

pytestmark = pytest.mark.usefixtures("scoring_world")

VALUES = {"address": ALICE, "round_id": 1, "list_name": "a", "provider_id": "a"}
CREDENTIALS = (PARTNER, USER, INTERNAL)


def headers_of(kind: str | None, partner: Partner) -> list[dict[str, str]]:
    """All ways to present credentials of a kind."""
    token = f"Bearer {access_token()}"
    match kind:
        case "PartnerKey":
            key = partner.key.secret
            return [{"X-API-Key": key}, {"Authorization": f"Bearer {key}"}, {"Authorization": key}]
        case "UserToken":
            return [{"Authorization": token}, {"X-API-Key": token}, {"X-API-Key": token[7:]}]
        case _:
            return [internal(), {"X-API-Key": internal()["Authorization"]}]


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [(*row[:2], kind) for row in TABLE if row[2] is not None for kind in CREDENTIALS if kind != row[2]],
)
def test_a_credential_of_another_kind_is_401(method: str, path: str, kind: str) -> None:
    partner = Partner()
    hold("Google")
    before = all_rows(but=(ANALYTICS,))
    for headers in headers_of(kind, partner):
        url = path.format(scorer_id=partner.community.pk, **VALUES)
        assert Client(raise_request_exception=False).generic(method, url, headers=headers).status_code == 401
    assert all_rows(but=(ANALYTICS,)) == before


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_header_does_not_stand_in_for_the_method(header: str) -> None:
    answer = Client().get("/internal/check-revocations", headers={**internal(), header: "POST"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize("header", ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Forwarded-Uri"])
def test_a_header_does_not_stand_in_for_the_path(header: str) -> None:
    answer = Client().get("/health", headers={header: "/internal/embed/weights"})
    assert answer.json() == {"status": "ok"}


def test_a_superuser_of_the_admin_site_opens_no_door_of_the_api(admin_client: Client) -> None:
    for method, path, authentication, _ in TABLE:
        if authentication is not None:
            assert admin_client.generic(method, path.format(scorer_id=1, **VALUES)).status_code == 401


def admin_pages() -> list[str]:
    """Every page of the admin site that needs no row, and one with a row's id of those that do."""
    pages = []
    for pattern in admin.site.get_urls():
        if isinstance(pattern, URLPattern):
            pages.append(f"/admin/{pattern.pattern}")
            continue
        pages += [f"/admin/{pattern.pattern}{inner.pattern}" for inner in pattern.url_patterns]
    return [page.replace("<path:object_id>", "1") for page in pages]


OPEN_PAGES = {"/admin/login/", "/admin/logout/", "/admin/jsi18n/"}


def test_every_page_of_the_admin_site_asks_for_a_login() -> None:
    pages = [page for page in admin_pages() if "<" not in page and "(" not in page and page not in OPEN_PAGES]
    assert len(pages) > 50
    for page in pages:
        for method in ("get", "post"):
            answer: Any = getattr(Client(), method)(page)
            told = (page, method, answer.status_code)
            assert answer.status_code in (302, 404), told
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith(("/admin/login/", page)), told


def test_a_key_or_a_token_logs_nobody_in() -> None:
    for headers in (internal(), {"Authorization": f"Bearer {access_token()}"}, {"X-API-Key": Partner().key.secret}):
        assert Client().get("/admin/", headers=headers).status_code == 302


def test_the_resolver_has_no_other_tree_than_the_table_and_the_admin_site() -> None:
    """tests/server/test_routes_table.py compares the paths themselves."""
    roots = {str(pattern.pattern) for pattern in get_resolver().url_patterns}
    assert roots == {"", "admin/", "health", "health/", "metrics", "ready"}
