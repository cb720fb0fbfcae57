"""API2: API keys of every wrong kind, and what the time of a refusal tells."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from apps.account import keys
from tests.endpoints.scoring_world import INVALID_KEY, Partner, answered, score_v2

pytestmark = pytest.mark.usefixtures("scoring_world")

SECRET = "abcd1234.correct-horse-battery"

WRONG: dict[str, Callable[[Any], str]] = {
    "its prefix": lambda key: key.prefix,
    "its prefix and a dot": lambda key: f"{key.prefix}.",
    "its beginning": lambda _: SECRET[:-1],
    "more": lambda _: SECRET + "x",
    "in capital letters": lambda _: SECRET.upper(),
    "its row's id": lambda key: key.id,
    "its hash": lambda key: key.hashed_key,
    "its hash after the prefix": lambda key: f"{key.prefix}.{key.hashed_key}",
    "its SHA-256": lambda key: key.hashed_key_sha256,
    "its SHA-256 after the prefix": lambda key: f"{key.prefix}.{key.hashed_key_sha256}",
    "its SHA-256 as hexadecimal digits": lambda _: hashlib.sha256(SECRET.encode()).hexdigest(),
    "nothing": lambda _: "",
    "a wildcard": lambda key: f"{key.prefix[:7]}%.x",
    "a pattern": lambda _: "%.%",
    "a quote": lambda key: f"{key.prefix}' OR '1'='1",
    "huge": lambda key: f"{key.prefix}." + "x" * 100_000,
    "not ASCII": lambda key: f"{key.prefix}.\u00e9",
    "a homoglyph": lambda _: SECRET.replace("c", "\u0441"),
    "a list": lambda _: f"{SECRET},{SECRET}",
}


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_key_is_401_at_both_doors(kind: str, header: str) -> None:
    partner = Partner(key={"secret": SECRET})
    text = WRONG[kind](partner.key)
    headers = {header: text if header == "X-API-Key" else f"Bearer {text}"}
    assert answered(score_v2(partner.community.pk, headers=headers)) == (401, INVALID_KEY)
    assert answered(validate(headers)) == (401, INVALID_KEY)


def test_the_right_key_passes_both_doors() -> None:
    partner = Partner(key={"secret": SECRET})
    headers = {"X-API-Key": SECRET}
    assert score_v2(partner.community.pk, headers=headers).status_code == 200
    assert validate(headers).status_code == 200


def test_the_secret_of_one_key_does_not_open_another() -> None:
    partner, _ = Partner(key={"secret": SECRET}), Partner(key={"secret": "dcba4321.another-secret-of-one"})
    mixed = {"X-API-Key": f"{partner.key.prefix}.another-secret-of-one"}
    assert answered(score_v2(partner.community.pk, headers=mixed)) == (401, INVALID_KEY)


@pytest.mark.parametrize("name", ["api_key", "key", "X-API-Key", "x_api_key", "token", "access_token"])
def test_a_key_counts_in_a_header_only(name: str) -> None:
    """What is in a URL is in histories and logs of others."""
    partner = Partner(key={"secret": SECRET})
    path = f"/v2/stamps/{partner.community.pk}/score/{'0x' + 'a' * 40}"
    assert Client().get(path, {name: SECRET}, headers={"Cookie": f"{name}={SECRET}"}).status_code == 401


# What the time tells --------------------------------------------------------------------------------------------------
@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Fills with the lengths of all that is compared in constant time."""
    lengths: list[tuple[int, int]] = []
    compare = hmac.compare_digest

    def recorded(one: bytes, other: bytes) -> bool:
        lengths.append((len(one), len(other)))
        return compare(one, other)

    monkeypatch.setattr(keys.hmac, "compare_digest", recorded)
    return lengths


def work(text: str, round_trips: list[list[str]], compared: list[tuple[int, int]]) -> tuple[Any, Any]:
    """What the refusal of a key takes: the statements of its round trips, and what is compared."""
    round_trips.clear()
    compared.clear()
    assert answered(score_v2(1, headers={"X-API-Key": text})) == (401, INVALID_KEY)
    return list(round_trips), list(compared)


def test_known_and_unknown_prefixes_take_the_same_work(
    settings: Settings, round_trips: list[list[str]], compared: list[tuple[int, int]]
) -> None:
    """The same round trips, the same statements, and one comparison of as many bytes: nothing that time could tell.

    With analytics on, a known prefix leaves its row after that (D17): SECURITY.md."""
    settings.FF_API_ANALYTICS = "off"
    Partner(key={"secret": SECRET})
    known = work("abcd1234.wrong-horse-battery", round_trips, compared)
    unknown = work("zzzz9999.wrong-horse-battery", round_trips, compared)
    assert known == unknown
    assert known[1] == [(71, 71)]


def test_a_secret_is_compared_as_a_whole_whatever_its_beginning(
    settings: Settings, round_trips: list[list[str]], compared: list[tuple[int, int]]
) -> None:
    settings.FF_API_ANALYTICS = "off"
    Partner(key={"secret": SECRET})
    assert work(SECRET[:-1] + "z", round_trips, compared) == work("abcd1234.z", round_trips, compared)


def validate(headers: dict[str, str]) -> Any:
    return Client(raise_request_exception=False).get("/internal/embed/validate-api-key", headers=headers)
