"""Documents that are the same for everybody are made once, and not sent to callers that have them."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from scorer_v2.api import api
from scorer_v2.http.made_once import made_once

DOCUMENTS = ["/openapi.json", "/docs"]


@contextmanager
def never_built() -> Iterator[None]:
    with patch.object(type(api), "get_openapi_schema", side_effect=AssertionError("it was built again")):
        yield


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_second_request_gets_the_same_bytes_without_building_them_again(path: str) -> None:
    first = Client().get(path)
    with never_built():
        second = Client().get(path)
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.content == first.content
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers["Content-Type"] == first.headers["Content-Type"]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_caller_that_has_it_gets_304_without_a_body(path: str) -> None:
    known = Client().get(path).headers["ETag"]
    answer = Client().get(path, headers={"If-None-Match": known})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == known
    assert Client().get(path, headers={"If-None-Match": '"another"'}).status_code == 200


@pytest.mark.parametrize("path", DOCUMENTS)
def test_head_has_the_headers_alone(path: str) -> None:
    whole, head = Client().get(path), Client().head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.content))
    assert head.headers["ETag"] == whole.headers["ETag"]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_other_methods_are_refused(path: str) -> None:
    answer = Client().post(path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert answer.json() == {"detail": "Method Not Allowed"}


def test_the_schema_is_the_one_that_the_api_describes() -> None:
    assert Client().get("/openapi.json").json()["paths"].keys() == api.get_openapi_schema()["paths"].keys()


def test_a_view_that_fails_is_asked_again() -> None:
    answers: list[Exception | HttpResponse] = [RuntimeError(), HttpResponse(b"made")]

    @made_once
    def view(request: HttpRequest) -> HttpResponse:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(RuntimeError):
        view(RequestFactory().get("/"))
    assert view(RequestFactory().get("/")).content == b"made"
    assert view(RequestFactory().get("/")).content == b"made"
