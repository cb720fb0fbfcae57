"""GET /internal/stake/legacy-gtc/{address}/{round_id} (contract, section 4.14)."""

from typing import Any

import pytest

from tests.endpoints.internal import get
from tests.factories.addresses import address
from tests.factories.registry import LegacyStakeFactory

STAKER = address(0xABC)

with_rows = pytest.mark.usefixtures("rows")


def stakes(of: str = STAKER, round_id: object = 1, *, token: str | None = None) -> Any:
    return get(f"/internal/stake/legacy-gtc/{of}/{round_id}", token=token)


@with_rows
def test_it_answers_an_event_with_its_keys_in_order() -> None:
    row = LegacyStakeFactory(staker=STAKER, round_id=2, tx_hash="0xf00", block_number=123)
    answer = stakes(round_id=2)
    event = {
        "id": row.pk,
        "event_type": "SelfStake",
        "round_id": 2,
        "staker": STAKER,
        "address": None,
        "amount": "10.000000000000000000",
        "staked": True,
        "block_number": 123,
        "tx_hash": "0xf00",
    }
    assert (answer.status_code, answer.json()) == (200, {"results": [event]})
    assert list(answer.json()["results"][0]) == list(event)


@with_rows
def test_it_answers_events_by_and_on_the_address_by_id() -> None:
    due = [
        LegacyStakeFactory(staker=STAKER, address=address(1)).pk,
        LegacyStakeFactory(staker=address(1), address=STAKER, staked=False).pk,
        LegacyStakeFactory(staker=STAKER).pk,
    ]
    LegacyStakeFactory(staker=address(1), address=address(2))
    LegacyStakeFactory(staker=STAKER, round_id=2)
    assert [event["id"] for event in stakes().json()["results"]] == due


@with_rows
@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0E-18"),
        ("0.0000001", "1.00000000000E-7"),
        ("0.000001", "0.000001000000000000"),
        ("0.123456789012345678", "0.123456789012345678"),
        ("9" * 60, "9" * 60 + ".000000000000000000"),
    ],
)
def test_an_amount_is_the_text_of_its_decimal(amount: str, text: str) -> None:
    LegacyStakeFactory(staker=STAKER, amount=amount)
    assert stakes().json()["results"][0]["amount"] == text


@with_rows
def test_a_wrong_checksum_does_not_matter() -> None:
    LegacyStakeFactory(staker=STAKER)
    assert len(stakes(STAKER.replace("abc", "aBC").replace("0x", "0X")).json()["results"]) == 1


@with_rows
def test_leading_zeros_of_the_round_do_not_matter() -> None:
    LegacyStakeFactory(staker=STAKER, round_id=1)
    assert len(stakes(round_id="001").json()["results"]) == 1


@with_rows
def test_it_takes_one_round_trip(round_trips: list[list[str]]) -> None:
    stakes()
    assert round_trips == [["registry.legacy_stakes_of"]]


@pytest.mark.parametrize("round_id", [2**31, 2**63, 10**30])
def test_a_round_beyond_the_column_has_no_events(round_id: int) -> None:
    answer = stakes(round_id=round_id)
    assert (answer.status_code, answer.json()) == (200, {"results": []})


@with_rows
def test_the_largest_round_is_looked_up() -> None:
    LegacyStakeFactory(staker=STAKER, round_id=2**31 - 1)
    assert len(stakes(round_id=2**31 - 1).json()["results"]) == 1


@pytest.mark.parametrize("round_id", ["abc", "-1", "1.0", "1e3", "%201", "1_0", "%D9%A1", "9" * 5000])
def test_a_round_that_is_no_number_is_404(round_id: str) -> None:
    answer = stakes(round_id=round_id)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize("round_id", [1, 2**31])
@pytest.mark.parametrize("wrong", ["0x99", f"{STAKER}%00", "whatever"])
def test_an_invalid_address_is_400(wrong: str, round_id: int) -> None:
    answer = stakes(wrong, round_id)
    assert (answer.status_code, answer.json()) == (400, {"detail": "Invalid address."})


@pytest.mark.parametrize("token", ["", "wrong"])
def test_another_token_is_401_whatever_the_address(token: str) -> None:
    answer = stakes("0x99", token=token)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})


def test_a_database_that_is_down_is_400(database_down: None) -> None:
    answer = stakes()
    assert (answer.status_code, answer.json()) == (400, {"detail": "Error pulling GTC staking data"})
