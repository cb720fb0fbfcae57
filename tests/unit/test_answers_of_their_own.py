"""A route that returns a dictionary answers with a response of its own, as Django Ninja makes it."""

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from scorer_v2.api import api


def test_two_calls_do_not_share_one_answer() -> None:
    routes = type(api)(urls_namespace="answers-of-their-own")

    @routes.get("/counted")
    def counted(request: HttpRequest, response: HttpResponse, number: int) -> dict[str, int]:
        if number == 1:
            response.headers["X-First"] = "yes"
        return {"number": number}

    view = next(pattern for pattern in routes.urls[0] if str(pattern.pattern) == "counted").callback
    first, second = (view(RequestFactory().get("/counted", {"number": number})) for number in (1, 2))

    assert first is not second
    assert first.headers["X-First"] == "yes"
    assert "X-First" not in second.headers
    assert (first.content, second.content) == (b'{"number": 1}', b'{"number": 2}')
