from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase


class SignedByHost:
    """Stands for the project's own middleware: it sees every request, whoever answers it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers["X-Host"] = "passed"
        return response
