"""GET /internal/customization/credential/{provider_id} (contract, section 4.12)."""

import json
from typing import Any

import pytest

from tests.endpoints.internal import get
from tests.factories.account import CustomCredentialRulesetFactory

with_rows = pytest.mark.usefixtures("rows")


def definition(provider_id: str, *, token: str | None = None) -> Any:
    return get(f"/internal/customization/credential/{provider_id}", token=token)


@with_rows
@pytest.mark.parametrize("encoded", ["A%23B%23c", "A%2523B%2523c", "A%23B%2523c"])
def test_the_id_is_found_with_its_hash_signs_encoded_once_or_twice(encoded: str) -> None:
    CustomCredentialRulesetFactory(provider_id="A#B#c", definition={"name": "B", "n": 1.5, "u": "é"})
    answer = definition(encoded)
    assert (answer.status_code, answer.json()) == (200, {"ruleset": {"name": "B", "n": 1.5, "u": "é"}})


@with_rows
@pytest.mark.parametrize("encoded", ["A%252323B", "a%23B", "A%25B", "A%252523B"])
def test_other_ids_are_404(encoded: str) -> None:
    CustomCredentialRulesetFactory(provider_id="A#B")
    answer = definition(encoded)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


@with_rows
@pytest.mark.parametrize("document", [{}, [1], "text", {"n": 2**70, "deep": [[{"a": None}]], "f": 1.0}])
def test_the_definition_is_answered_as_it_is_stored(document: Any) -> None:
    CustomCredentialRulesetFactory(provider_id="plain", definition=document)
    assert json.loads(definition("plain").content) == {"ruleset": document}


@with_rows
def test_it_takes_one_round_trip(round_trips: list[list[str]]) -> None:
    definition("A%23B")
    assert round_trips == [["account.find_ruleset"]]


@pytest.mark.parametrize("path", ["A%00", "A/", "A%2FB"])
def test_what_cannot_be_an_id_is_404(path: str) -> None:
    answer = definition(path)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize("token", ["", "wrong"])
def test_another_token_is_401(token: str) -> None:
    answer = definition("A", token=token)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})


def test_a_database_that_is_down_is_503(database_down: None) -> None:
    assert definition("A").status_code == 503
