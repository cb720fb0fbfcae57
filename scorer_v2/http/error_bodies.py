"""Every error of the API is JSON (D16), whoever made it: Django's URL resolver, its limits, or a crash."""

import sys
from collections.abc import Callable
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from scorer_v2.http.answers import detail_answer
from scorer_v2.primitives.errors import DatabaseUnavailable

# Pages for people keep Django's own error pages.
PAGES = ("/admin/", "/static/")

# The database could not be asked, or did not answer.
DATABASE_FAILED = (OperationalError, InterfaceError, DatabaseUnavailable)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    return detail_answer("Not Found", status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    return detail_answer("Bad Request", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After where the database is what failed, as on pages of the admin site; else 500."""
    if isinstance(sys.exc_info()[1], DATABASE_FAILED):
        return unavailable(request)
    return detail_answer("Internal Server Error", status=500)


def unavailable(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - as those above
    answer = detail_answer(DatabaseUnavailable.detail, status=503)
    answer.headers["Retry-After"] = "1"
    return answer


class JsonErrorMiddleware:
    """Turns an error answer that is no JSON into `{"detail": ...}`, with its status and headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code < 400 or request.path.startswith(PAGES) or _is_json(response):
            return response
        answer = detail_answer(HTTPStatus(response.status_code).phrase, status=response.status_code)
        for name, value in response.headers.items():
            if name not in ("Content-Type", "Content-Length"):
                answer.headers[name] = value
        return answer


def _is_json(response: HttpResponseBase) -> bool:
    return response.headers.get("Content-Type", "").startswith("application/json")
