"""The id of a request: the load balancer's where it is well-formed, else one of our own."""

import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from scorer_v2.http.request_ids import RequestIdMiddleware, current_request_id

OWN = re.compile(r"[0-9a-f]{32}")


def answered_id(**headers: str) -> str:
    seen: list[str | None] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(current_request_id())
        return HttpResponse()

    answer = RequestIdMiddleware(view)(RequestFactory().get("/", headers=headers))
    assert seen == [answer.headers["X-Request-Id"]]
    return answer.headers["X-Request-Id"]


@pytest.mark.parametrize("given", ["a", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1", "a" * 128, "a_b.c:d-e"])
def test_a_well_formed_id_is_taken_over(given: str) -> None:
    assert answered_id(**{"X-Request-Id": given}) == given
    assert answered_id(**{"X-Amzn-Trace-Id": given}) == given


def test_an_id_of_its_own_header_goes_first() -> None:
    assert answered_id(**{"X-Request-Id": "first", "X-Amzn-Trace-Id": "second"}) == "first"


@pytest.mark.parametrize("given", ["", "a b", "a" * 129, "a\nb", "<script>", '"', "\u00e9", "\u0661"], ids=ascii)
def test_an_id_that_is_not_well_formed_is_replaced(given: str) -> None:
    assert OWN.fullmatch(answered_id(**{"X-Request-Id": given}))


def test_every_request_without_an_id_gets_one_of_its_own() -> None:
    assert len({answered_id() for _ in range(9)}) == 9


def test_the_id_ends_with_its_request() -> None:
    answered_id()
    assert current_request_id() is None


def test_the_id_ends_with_a_request_that_fails() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        RequestIdMiddleware(view)(RequestFactory().get("/"))
    assert current_request_id() is None
