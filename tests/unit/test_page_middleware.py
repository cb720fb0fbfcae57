"""Answers of the API pass by what is for pages, and look as if they had not."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from scorer_v2 import page_middleware

SECURE = {"X-Forwarded-Proto": "https"}


def answer_of(client: Client, **headers: str) -> dict[str, str]:
    answer = client.get("/health", headers=headers)
    return {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}


@pytest.fixture
def passing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """All middleware sees all requests."""

    def whole(self: page_middleware.PagesBegin, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)  # type: ignore[return-value]  # the test client's

    monkeypatch.setattr(page_middleware.PagesBegin, "__call__", whole)


@pytest.fixture
def production_headers(settings: LazySettings) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.usefixtures("production_headers")
@pytest.mark.parametrize("headers", [{}, SECURE], ids=["plain", "by TLS"])
def test_an_answer_has_the_headers_that_all_middleware_would_give_it(
    headers: dict[str, str], request: pytest.FixtureRequest
) -> None:
    short = answer_of(Client(), **headers)
    request.getfixturevalue("passing_through")
    assert short == answer_of(Client(), **headers)
    assert short["X-Frame-Options"] == "DENY"
    assert ("Strict-Transport-Security" in short) is bool(headers)


def test_a_browser_is_answered_as_browsers_are() -> None:
    assert answer_of(Client(), Origin="https://app.example")["access-control-allow-origin"] == "*"


def test_a_redirect_to_tls_still_happens(settings: LazySettings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/health")
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://testserver/health")


def test_what_an_answer_says_itself_stays() -> None:
    def view(_: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Referrer-Policy": "no-referrer"})

    page_middleware.PagesEnd(view)
    begin: Callable[[HttpRequest], HttpResponse] = page_middleware.PagesBegin(view)  # type: ignore[assignment]  # its answer is one of ours
    request = HttpRequest()
    request.method, request.path_info = "GET", "/health"
    assert begin(request).headers["Referrer-Policy"] == "no-referrer"


def test_what_an_answer_differs_by_is_added_to() -> None:
    def view(_: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Vary": "Cookie"})

    page_middleware.PagesEnd(view)
    begin: Callable[[HttpRequest], HttpResponse] = page_middleware.PagesBegin(view)  # type: ignore[assignment]  # as above
    request = HttpRequest()
    request.method, request.path_info = "GET", "/docs"
    assert begin(request).headers["Vary"] == "Cookie, origin"


@pytest.mark.django_db
def test_the_login_page_has_its_session_and_its_form_token() -> None:
    answer = Client().get(reverse("admin:login"))
    assert answer.status_code == 200
    assert "csrftoken" in answer.cookies


@pytest.mark.parametrize(("path", "times"), [("/admin/", 1), ("/static/x", 1), ("/v2/stamps/1/score/0x1", 0)])
def test_what_pages_leave_behind_is_looked_at_when_one_was_sent(
    path: str, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []
    monkeypatch.setattr(page_middleware.PagesBegin, "after_page", (lambda: looked_at.append(path),))
    begin = page_middleware.PagesBegin(lambda _: HttpResponse())
    begin.view = begin.get_response
    answer = begin(RequestFactory().get(path))
    assert looked_at == []
    answer.close()
    assert len(looked_at) == times
