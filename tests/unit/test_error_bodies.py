"""Every error of the API is JSON, whoever made it (D16)."""

import json
from http import HTTPStatus
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.test import RequestFactory

from scorer_v2.http.error_bodies import JsonErrorMiddleware
from tests.endpoints.scoring_world import answered, client


def passed(response: Any, path: str = "/v2/stamps") -> Any:
    return JsonErrorMiddleware(lambda _: response)(RequestFactory().get(path))


@pytest.mark.parametrize(
    ("status", "detail"),
    [(400, "Bad Request"), (403, "Forbidden"), (404, "Not Found"), (413, HTTPStatus(413).phrase), (500, None)],
)
def test_an_error_page_becomes_json_with_its_status(status: int, detail: str | None) -> None:
    answer = passed(HttpResponse("<h1>No</h1>", status=status))
    found, body = answered_json(answer)
    assert found == status
    assert body == {"detail": detail or "Internal Server Error"}


def answered_json(answer: Any) -> tuple[int, Any]:
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    return answer.status_code, json.loads(answer.content)


def test_an_error_keeps_its_headers() -> None:
    answer = passed(HttpResponseNotAllowed(["GET", "POST"]))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")
    assert answered_json(answer) == (405, {"detail": "Method Not Allowed"})


def test_a_streamed_error_becomes_json() -> None:
    assert answered_json(passed(StreamingHttpResponse([b"no"], status=404))) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse("<h1>Yes</h1>", status=200),
        HttpResponse(status=304),
        HttpResponse('{"detail": "mine"}', status=404, content_type="application/json"),
        HttpResponse('{"detail": "mine"}', status=404, content_type="application/json; charset=utf-8"),
    ],
)
def test_what_is_no_error_or_json_already_stays(response: HttpResponse) -> None:
    assert passed(response) is response


@pytest.mark.parametrize("path", ["/admin/login/", "/static/x.css"])
def test_pages_for_people_keep_their_errors(path: str) -> None:
    response = HttpResponse("<h1>No</h1>", status=404)
    assert passed(response, path) is response


@pytest.mark.parametrize(
    ("error", "status", "detail"),
    [
        (ZeroDivisionError("secret"), 500, "Internal Server Error"),
        (SuspiciousOperation("secret"), 400, "Bad Request"),
        (PermissionDenied("secret"), 403, "Forbidden"),
    ],
)
def test_what_a_view_raises_is_json_and_tells_nothing(
    error: Exception, status: int, detail: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("scorer_v2.http.health.json_bytes", crash)
    assert answered(client().get("/health")) == (status, {"detail": detail})


def test_a_crash_of_an_endpoint_is_500_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.registry.services.score_for_embed", lambda **_: 1 / 0)
    assert answered(client().get("/internal/embed/score/1/0x1")) == (500, {"detail": "Internal Server Error"})
