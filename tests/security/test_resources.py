"""API4: what a request may hold, and that a large one costs little more than its reading."""

import json
import os
import time
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from tests.endpoints.scoring_world import ALICE, access_token, answered, client, internal
from tests.server.test_routes_table import TABLE

BULK, EMBED = "/ceramic-cache/stamps/bulk", f"/internal/embed/stamps/{ALICE}"
BANS, REVOCATIONS = "/internal/check-bans", "/internal/check-revocations"
PATHS = [BULK, EMBED, BANS, REVOCATIONS]
# `make prove` has 4.9 of the 5 MB that a body may have.
LARGE = int(os.environ.get("PROVE_BODY_BYTES", "400000"))
TOO_MANY = (422, {"detail": "You have submitted too many stamps."})
# Of CPU. It takes a tenth of it, where nobody else computes.
BOUND_SECONDS = 5.0


def post(path: str, body: bytes) -> Any:
    headers = {"Authorization": f"Bearer {access_token()}"} if path == BULK else internal()
    return client().post(path, body, content_type="application/json", headers=headers)


def in_body_of(path: str, stamps: bytes) -> bytes:
    """A list as the part of a body that the endpoint reads one in."""
    match path:
        case "/internal/check-revocations":
            return b'{"proof_values": ' + stamps + b"}"
        case _ if path == EMBED:
            return b'{"scorer_id": 1, "stamps": ' + stamps + b"}"
        case _:
            return stamps


BOMBS: dict[str, Callable[[str], bytes]] = {
    "numbers": lambda path: in_body_of(path, b"[" + b"1," * (LARGE // 2 - 50) + b"1]"),
    "objects": lambda path: in_body_of(path, b"[" + b"{}," * (LARGE // 3 - 50) + b"{}]"),
    "lists": lambda path: in_body_of(path, b"[" + b"[]," * (LARGE // 3 - 50) + b"[]]"),
    "texts": lambda path: in_body_of(path, b"[" + b'"",' * (LARGE // 3 - 50) + b'""]'),
    "towers": lambda path: in_body_of(path, b"[" + (b"[" * 900 + b"]" * 900 + b",") * 2_000 + b"1]"),
    "one number": lambda path: in_body_of(path, b"[" + b"9" * LARGE + b"]"),
    "one fraction": lambda path: in_body_of(path, b"[0." + b"9" * LARGE + b"]"),
    "one exponent": lambda path: in_body_of(path, b"[1e" + b"9" * LARGE + b"]"),
    "one text": lambda path: in_body_of(path, b'["' + b"x" * LARGE + b'"]'),
    "escapes": lambda path: in_body_of(path, b'["' + b"\\u00e9" * (LARGE // 6) + b'"]'),
    "blanks": lambda path: in_body_of(path, b"[" + b" " * LARGE + b"]"),
    "one key many times": lambda _: b"{" + b'"k":[1],' * (LARGE // 8 - 50) + b'"k":1}',
    "many keys": lambda _: b"{" + b",".join(b'"%d":1' % number for number in range(LARGE // 11)) + b"}",
    "an id of many digits": lambda _: b'{"scorer_id": "' + b"9" * LARGE + b'", "stamps": []}',
    "a deep opening": lambda _: b"[" * LARGE,
    "deep objects": lambda _: b'{"a":' * (LARGE // 5),
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("path", PATHS)
def test_a_large_body_that_is_wrong_is_refused_soon_and_briefly(path: str, bomb: str, database_down: None) -> None:
    """Those that are right, if large, find the database down."""
    body = BOMBS[bomb](path)
    started = time.process_time()
    answer = post(path, body)
    assert time.process_time() - started < BOUND_SECONDS
    assert answer.status_code in (400, 422, 500, 503) or answer.json() == [], answer.content[:300]
    assert len(answer.content) < 200_000


@pytest.mark.parametrize("path", [BULK, BANS, REVOCATIONS])
@pytest.mark.parametrize("entry", [7, {}, "x", None])
def test_the_length_of_a_list_is_looked_at_before_what_is_in_it(path: str, entry: Any, settings: Settings) -> None:
    settings.MAX_LIST_LENGTH = 300
    long, fitting = (in_body_of(path, json.dumps([entry] * length).encode()) for length in (301, 300))
    assert answered(post(path, long)) == TOO_MANY
    assert answered(post(path, fitting))[0] in (400, 422)


@pytest.mark.parametrize("path", PATHS)
def test_the_size_of_a_body_is_looked_at_before_it_is_read(path: str, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    assert post(path, b"[" + b" " * 1_000 + b"]").status_code == 413


@pytest.mark.parametrize(("method", "path"), [row[:2] for row in TABLE if row[0] == "POST"])
def test_who_may_not_ask_is_refused_before_the_body_is_read(method: str, path: str) -> None:
    answer = client().generic(method, path.format(address=ALICE), b"[" * LARGE, content_type="application/json")
    assert answer.status_code == 401
