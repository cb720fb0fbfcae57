"""GET /internal/stake/gtc/{address} (contract, section 4.13)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.endpoints.internal import get
from tests.factories.addresses import address
from tests.factories.stake import StakeFactory

STAKER = address(0xABC)
CHECKSUMMED = "0xbC0e76e46A4B99c9D8f62618Ec38fEC53552D2c8"

with_rows = pytest.mark.usefixtures("rows")


def stakes(of: str = STAKER, *, token: str | None = None) -> Any:
    return get(f"/internal/stake/gtc/{of}", token=token)


@with_rows
def test_it_answers_a_stake_with_its_keys_in_order() -> None:
    StakeFactory(staker=STAKER)
    answer = stakes()
    item = {
        "chain": 1,
        "staker": STAKER,
        "stakee": STAKER,
        "amount": "125.000000000000000000",
        "unlock_time": "2026-05-01T12:30:00+00:00",
        "lock_time": "2024-01-01T00:00:00+00:00",
        "last_updated_in_block": 16_000_000,
    }
    assert (answer.status_code, answer.json()) == (200, {"items": [item]})
    assert list(answer.json()["items"][0]) == list(item)


@with_rows
def test_it_answers_stakes_by_and_on_the_address_by_id() -> None:
    StakeFactory(staker=STAKER, stakee=address(1), chain=3)
    StakeFactory(staker=address(1), stakee=STAKER, chain=2)
    StakeFactory(staker=address(1), stakee=address(2), chain=9)
    StakeFactory(staker=STAKER, chain=1)
    assert [item["chain"] for item in stakes().json()["items"]] == [3, 2, 1]


@with_rows
@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0.000000000000000000"),
        ("0.000000000000000001", "0.000000000000000001"),
        ("5.5", "5.500000000000000000"),
        ("9" * 60, "9" * 60 + ".000000000000000000"),
    ],
)
def test_an_amount_has_18_decimals_and_no_exponent(amount: str, text: str) -> None:
    StakeFactory(staker=STAKER, current_amount=amount)
    assert stakes().json()["items"][0]["amount"] == text


@with_rows
@pytest.mark.parametrize("block", [0, 2**64, 10**78 - 1])
def test_a_block_is_an_integer_of_any_size(block: int) -> None:
    StakeFactory(staker=STAKER, last_updated_in_block=block)
    assert stakes().json()["items"][0]["last_updated_in_block"] == block


@with_rows
def test_a_fraction_of_a_second_has_six_digits() -> None:
    StakeFactory(staker=STAKER, lock_time=datetime(2024, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC))
    assert stakes().json()["items"][0]["lock_time"] == "2024-01-01T00:00:00.500000+00:00"


@with_rows
@pytest.mark.parametrize("spelling", [CHECKSUMMED, CHECKSUMMED.lower(), "0x" + CHECKSUMMED[2:].upper()])
def test_an_address_is_found_in_every_valid_spelling(spelling: str) -> None:
    StakeFactory(staker=CHECKSUMMED.lower())
    assert len(stakes(spelling).json()["items"]) == 1


@with_rows
def test_an_unprefixed_address_is_another_one() -> None:
    StakeFactory(staker=STAKER)
    answer = stakes(STAKER.removeprefix("0x"))
    assert (answer.status_code, answer.json()) == (200, {"items": []})


@with_rows
def test_it_takes_one_round_trip(round_trips: list[list[str]]) -> None:
    stakes()
    assert round_trips == [["stake.stakes_of"]]


@pytest.mark.parametrize("wrong", ["0x1", CHECKSUMMED.replace("bC0e", "Bc0e"), f"{STAKER}%00", "%00", f"{STAKER}0"])
def test_an_invalid_address_is_400(wrong: str) -> None:
    answer = stakes(wrong)
    assert (answer.status_code, answer.json()) == (400, {"detail": "Invalid address."})


@pytest.mark.parametrize("token", ["", "wrong"])
def test_another_token_is_401_whatever_the_address(token: str) -> None:
    answer = stakes("0x1", token=token)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})


def test_a_database_that_is_down_is_400(database_down: None) -> None:
    answer = stakes()
    assert (answer.status_code, answer.json()) == (400, {"detail": "Error pulling GTC staking data"})
