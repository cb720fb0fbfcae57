"""Request bodies are strict JSON (contract, section 1.1)."""

import gc
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import RequestFactory
from ninja.errors import HttpError
from pytest_django import Settings

from scorer_v2.http.body_parsing import LARGE_BODY_BYTES, StrictJsonParser


def parse(body: bytes, content_type: str = "application/json") -> Any:
    request = RequestFactory().post("/", body, content_type=content_type)
    return StrictJsonParser().parse_body(request)


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_is_json_whatever_its_content_type(content_type: str) -> None:
    assert parse(b' {"a": [1, 1.5, null, "\\u00e9\xc3\xa9"]} ', content_type) == {"a": [1, 1.5, None, "éé"]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"nope",
        b"NaN",
        b"Infinity",
        b"[1,]",
        b"{'a': 1}",
        b'{"a": 1} x',
        b"\xff",
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b"\xef\xbb\xbf{}",
        b"01",
        b'"\n"',
        b"[" * 100_000,
    ],
    ids=lambda body: ascii(body[:12]),
)
def test_what_is_no_json_is_400(body: bytes) -> None:
    with pytest.raises(HttpError) as refusal:
        parse(body)
    assert (refusal.value.status_code, refusal.value.message) == (400, "Cannot parse request body")


def test_of_a_repeated_key_the_last_one_counts_as_it_does_in_the_database() -> None:
    assert parse(b'{"a": 1, "a": 2}') == {"a": 2}


def test_a_body_beyond_the_limit_is_not_parsed(settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert parse(b"[        ]") == []
    with pytest.raises(RequestDataTooBig):
        parse(b"[         ]")


@pytest.mark.parametrize("end", [b"[]]", b"[]"], ids=["whole", "cut off"])
def test_a_large_body_is_read_without_the_garbage_collector_which_goes_on_afterwards(
    end: bytes,
) -> None:
    body = b"[" + b"[]," * LARGE_BODY_BYTES + end
    collections: list[str] = []
    gc.callbacks.append(lambda phase, _: collections.append(phase))
    gc.collect()
    try:
        del collections[:]
        found = parsed_or_none(body)
    finally:
        del gc.callbacks[-1]
    assert (found is None) is (end == b"[]")
    assert len(collections) <= 2  # one may be due when it is over
    assert gc.isenabled()


def parsed_or_none(body: bytes) -> Any:
    try:
        return parse(body)
    except HttpError:
        return None
