"""GET /internal/cgrants/contributor_statistics (contract, section 4.15)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from apps.cgrants.services import total_amount
from tests.endpoints.internal import get
from tests.factories.addresses import address
from tests.factories.cgrants import (
    GrantContributionFactory,
    GrantFactory,
    ProtocolContributionFactory,
    RoundMappingFactory,
    SquelchedAccountFactory,
)

PATH = "/internal/cgrants/contributor_statistics"
CONTRIBUTOR = address(0xABC)
CHECKSUMMED = "0xbC0e76e46A4B99c9D8f62618Ec38fEC53552D2c8"

with_rows = pytest.mark.usefixtures("rows")


def statistics(of: str = CONTRIBUTOR, *, token: str | None = None) -> Any:
    return get(f"{PATH}?address={of}", token=token)


def due(number: float, amount: float) -> dict[str, float]:
    return {"num_grants_contribute_to": number, "total_contribution_amount": amount}


def contribute_through_protocol(*amounts: str, **columns: Any) -> None:
    for amount in amounts:
        ProtocolContributionFactory(contributor=CONTRIBUTOR, amount=Decimal(amount), **columns)


@with_rows
def test_without_contributions_both_are_zero_as_floats() -> None:
    answer = statistics()
    assert answer.status_code == 200
    assert answer.content == b'{"num_grants_contribute_to":0.0,"total_contribution_amount":0.0}'


@with_rows
def test_a_grant_counts_once_and_its_contributions_add_up() -> None:
    grant = GrantFactory()
    GrantContributionFactory(contributor_address=CONTRIBUTOR, grant=grant, amount="1.25")
    GrantContributionFactory(contributor_address=CONTRIBUTOR, grant=grant, amount="0.50")
    GrantContributionFactory(contributor_address=CONTRIBUTOR, amount="2")
    GrantContributionFactory(amount="100")
    assert statistics().json() == due(2.0, 3.75)


@with_rows
def test_a_failed_or_missing_contribution_does_not_count() -> None:
    GrantContributionFactory(contributor_address=CONTRIBUTOR, contribution__success=False)
    GrantContributionFactory(contributor_address=CONTRIBUTOR, contribution=None)
    assert statistics().json() == due(0.0, 0.0)


@with_rows
def test_a_project_counts_once_and_small_amounts_do_not() -> None:
    contribute_through_protocol("0.95", "3", project=address(1))
    contribute_through_protocol("0.949999999999999999", project=address(2))
    ProtocolContributionFactory()
    assert statistics().json() == due(1.0, 3.95)


@with_rows
def test_both_platforms_add_up() -> None:
    GrantContributionFactory(contributor_address=CONTRIBUTOR, amount="10.005")
    contribute_through_protocol("5.0004")
    assert statistics().json() == due(2.0, 15.0)


@with_rows
@pytest.mark.parametrize(
    ("amounts", "total"), [(["5.1234", "1.0001", "2"], 8.12), (["2.0050"], 2.0), (["1.0025", "1.0025"], 2.0)]
)
def test_the_sum_of_the_protocol_is_rounded_and_not_each_amount(amounts: Sequence[str], total: float) -> None:
    contribute_through_protocol(*amounts)
    assert statistics().json()["total_contribution_amount"] == total


@with_rows
def test_a_round_in_which_the_address_is_squelched_does_not_count() -> None:
    RoundMappingFactory(round_number="GG18", round_eth_address=address(18))
    RoundMappingFactory(round_number="GG18", round_eth_address=address(180))
    RoundMappingFactory(round_number="GG19", round_eth_address=address(19))
    SquelchedAccountFactory(address=CONTRIBUTOR, round_number="GG18")
    SquelchedAccountFactory(address=CONTRIBUTOR, round_number="GG18")
    contribute_through_protocol("1", round=address(18))
    contribute_through_protocol("2", round=address(180))
    contribute_through_protocol("4", round=address(19))
    contribute_through_protocol("8", round=address(20))
    assert statistics().json() == due(2.0, 12.0)


@with_rows
def test_that_another_address_is_squelched_does_not_matter() -> None:
    RoundMappingFactory(round_number="GG18", round_eth_address=address(18))
    SquelchedAccountFactory(round_number="GG18")
    SquelchedAccountFactory(address=None, round_number="GG18")
    contribute_through_protocol("5", round=address(18))
    assert statistics().json() == due(1.0, 5.0)


@with_rows
def test_a_squelched_address_keeps_its_grants() -> None:
    RoundMappingFactory(round_number="GG18", round_eth_address=address(18))
    SquelchedAccountFactory(address=CONTRIBUTOR, round_number="GG18")
    GrantContributionFactory(contributor_address=CONTRIBUTOR, amount="3")
    assert statistics().json() == due(1.0, 3.0)


@with_rows
@pytest.mark.parametrize("spelling", [CHECKSUMMED, CHECKSUMMED.lower(), "0X" + CHECKSUMMED[2:].upper()])
def test_an_address_is_accepted_in_every_valid_spelling(spelling: str) -> None:
    assert statistics(spelling).status_code == 200


@with_rows
def test_a_checksummed_address_is_looked_up_in_lowercase() -> None:
    GrantContributionFactory(contributor_address=CHECKSUMMED.lower(), amount="3")
    assert statistics(CHECKSUMMED).json() == due(1.0, 3.0)


@with_rows
def test_it_takes_one_round_trip(round_trips: list[list[str]]) -> None:
    statistics()
    assert round_trips == [["cgrants.contributions_of"]]


@pytest.mark.parametrize("wrong", ["", "0x1", "%00", f"{CONTRIBUTOR}%00", CHECKSUMMED.replace("bC0e", "Bc0e")])
def test_an_invalid_address_is_400(wrong: str) -> None:
    answer = statistics(wrong)
    assert (answer.status_code, answer.json()) == (400, {"detail": "Invalid address."})


def test_a_missing_address_is_422() -> None:
    answer = get(PATH)
    entry = {"type": "missing", "loc": ["query", "address"], "msg": "Field required"}
    assert (answer.status_code, answer.json()) == (422, {"detail": [entry]})


@pytest.mark.parametrize("token", ["", "wrong"])
def test_another_token_is_401_even_without_an_address(token: str) -> None:
    answer = get(PATH, token=token)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})


def test_a_database_that_is_down_is_503(database_down: None) -> None:
    assert statistics().status_code == 503


@pytest.mark.parametrize(
    ("grants", "protocol", "total"),
    [
        ("10.005", "5.0004", "15.00"),
        ("0", "8.1235", "8.12"),
        ("0.015", "0", "0.02"),
        ("0.0049999", "0", "0.00"),
        ("9" * 46 + ".005", "0.0005", "9" * 46 + ".00"),
    ],
)
def test_halves_round_to_even_at_any_size(grants: str, protocol: str, total: str) -> None:
    assert str(total_amount(grants=Decimal(grants), protocol=Decimal(protocol))) == total
