"""POST /internal/check-revocations (contract, section 4.10)."""

from typing import Any

import pytest

from apps.ceramic_cache import managers
from tests.endpoints.internal import post
from tests.factories.ceramic_cache import RevocationFactory

PATH = "/internal/check-revocations"

with_rows = pytest.mark.usefixtures("rows")


def check(*proof_values: Any) -> Any:
    return post(PATH, {"proof_values": list(proof_values)})


@with_rows
def test_it_answers_in_the_order_asked_with_repetitions() -> None:
    RevocationFactory(proof_value="0xrevoked")
    answer = check("0xother", "0xrevoked", "0xother", "0xREVOKED")
    assert answer.status_code == 200
    assert answer.json() == [
        {"proof_value": "0xother", "is_revoked": False},
        {"proof_value": "0xrevoked", "is_revoked": True},
        {"proof_value": "0xother", "is_revoked": False},
        {"proof_value": "0xREVOKED", "is_revoked": False},
    ]


@with_rows
def test_a_proof_value_that_was_revoked_twice_is_revoked() -> None:
    RevocationFactory(proof_value="0xa")
    RevocationFactory(proof_value="0xa")
    assert check("0xa").json() == [{"proof_value": "0xa", "is_revoked": True}]


@with_rows
def test_it_takes_one_round_trip_for_a_hundred(round_trips: list[list[str]]) -> None:
    answer = check(*(f"0x{number}" for number in range(100)))
    assert len(answer.json()) == 100
    assert round_trips == [["ceramic_cache.revoked_among"]]


@with_rows
def test_a_text_that_no_column_can_hold_is_not_revoked() -> None:
    RevocationFactory(proof_value="0xa")
    assert [entry["is_revoked"] for entry in check("0xa\0", "0xa", "x" * 5000).json()] == [False, True, False]


@pytest.mark.parametrize("proof_values", [[], ["\0"]])
def test_nothing_to_find_needs_no_statement(proof_values: list[str]) -> None:
    assert check(*proof_values).json() == [{"proof_value": value, "is_revoked": False} for value in proof_values]


def test_more_than_a_hundred_are_422() -> None:
    answer = check(*["0xa"] * 101)
    assert (answer.status_code, answer.json()) == (422, {"detail": "You have submitted too many stamps."})


def test_elements_that_are_no_texts_are_422_each_even_among_too_many() -> None:
    answer = check(1, None, *["0xa"] * 101)
    assert answer.status_code == 422
    assert answer.json()["detail"] == [
        {
            "type": "string_type",
            "loc": ["body", "payload", "proof_values", index],
            "msg": "Input should be a valid string",
        }
        for index in (0, 1)
    ]


@pytest.mark.parametrize("body", [{}, [], None, "5", {"proofValues": []}])
def test_a_missing_list_is_422(body: Any) -> None:
    answer = post(PATH, body if body is not None else "null")
    entry = {"type": "missing", "loc": ["body", "payload", "proof_values"], "msg": "Field required"}
    assert (answer.status_code, answer.json()) == (422, {"detail": [entry]})


@pytest.mark.parametrize("value", [None, "0xa", {}])
def test_what_is_no_list_is_422(value: Any) -> None:
    (entry,) = post(PATH, {"proof_values": value}).json()["detail"]
    assert entry == {
        "type": "list_type",
        "loc": ["body", "payload", "proof_values"],
        "msg": "Input should be a valid list",
    }


def test_a_body_that_is_no_json_is_400() -> None:
    answer = post(PATH, "nope")
    assert (answer.status_code, answer.json()) == (400, {"detail": "Cannot parse request body"})


@pytest.mark.parametrize("token", ["", "wrong"])
def test_another_token_is_401_whatever_the_body(token: str) -> None:
    answer = post(PATH, "nope", token=token)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})


def test_whatever_else_goes_wrong_is_500(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(managers, "find_revoked", lambda _: 1 / 0)
    answer = check("0xa")
    assert (answer.status_code, answer.json()) == (500, {"detail": "Failed to check revocations"})
