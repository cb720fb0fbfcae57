import sys
from decimal import ROUND_UP, Decimal, FloatOperation, Inexact, localcontext
from typing import Any

import pytest

from apps.registry.scoring.errors import ScoringError
from apps.registry.scoring.weights import add_up, five_places, weigh


def raw_score(*values: Any) -> str:
    weights = {f"Provider{number}": value for number, value in enumerate(values)}
    return str(add_up(weigh(weights, weights=weights, overlay={}).values()))


@pytest.mark.parametrize(
    ("values", "due"),
    [
        ((), "0"),
        (("1.25",), "1.25"),
        ((2,), "2"),
        ((0.1,), "0.1000000000000000055511151231"),
        ((0.1, 0.2), "0.3000000000000000166533453694"),
        ((7.487,), "7.487000000000000099475983006"),
        (("1.25", 2, 0.1), "3.350000000000000005551115123"),
        (("1.25", Decimal("7.2500"), Decimal("3.5000")), "12.0000"),
        (("0.0000",), "0.0000"),
        (("0.0000000",), "0E-7"),
        (("1E+2",), "100"),
        (("1E+2", 1), "101"),
        ((" 1.5 ",), "1.5"),
        (("12345678901234567890123456789", 1), "1.234567890123456789012345679E+28"),
        (("0.50000000000000000000000000005", "1"), "1.500000000000000000000000000"),
        (("1E-999999999999",), "0E-1000026"),
        ((-1, "0.5"), "-0.5"),
    ],
    ids=repr,
)
def test_weights_add_up_exactly_to_28_digits(values: tuple[Any, ...], due: str) -> None:
    assert raw_score(*values) == due


def test_each_step_is_rounded_in_the_order_of_the_stamps() -> None:
    third = "0.0000000000000000000000000004"
    assert raw_score(1, third, third) == "1.000000000000000000000000000"
    assert raw_score(third, third, 1) == "1.000000000000000000000000001"


def test_equal_weights_keep_the_way_they_are_written() -> None:
    for written in ("1.5", "1.50", "1.5"):
        assert raw_score(written) == raw_score(Decimal(written)) == written
    assert [str(weigh(["A"], weights={"A": value}, overlay={})["A"]) for value in (0.0, -0.0)] == ["0", "-0"]
    assert [five_places(Decimal(text)) for text in ("0", "-0", "0.0")] == ["0.00000", "-0.00000", "0.00000"]


def test_the_callers_decimal_context_does_not_matter() -> None:
    with localcontext(prec=3, rounding=ROUND_UP) as context:
        context.traps[Inexact] = context.traps[FloatOperation] = True
        assert raw_score(0.1, 0.2) == "0.3000000000000000166533453694"
        assert five_places(Decimal("1.000005")) == "1.00000"


@pytest.mark.parametrize("weights", [None, [], "text", 7], ids=repr)
def test_a_scorer_without_weights_is_an_error_whatever_the_address_holds(weights: Any) -> None:
    with pytest.raises(ScoringError, match=r"^The scorer has no weights.$"):
        weigh([], weights=weights, overlay={})


@pytest.mark.parametrize(
    "value",
    [
        None,
        "abc",
        "",
        "NaN",
        "sNaN",
        "Infinity",
        "-inf",
        float("nan"),
        float("inf"),
        True,
        False,
        [],
        {},
        "1e400",
        10**400,
    ],
    ids=lambda value: repr(value)[:12],
)
def test_a_weight_that_is_not_numeric_is_an_error_that_names_the_provider(value: Any) -> None:
    with pytest.raises(ScoringError, match="Google"):
        weigh(["Google"], weights={"Google": value}, overlay={})


@pytest.mark.parametrize("largest", [Decimal(sys.float_info.max), Decimal(-sys.float_info.max)])
def test_a_weight_may_be_as_large_as_a_float(largest: Decimal) -> None:
    assert weigh(["Google"], weights={"Google": largest}, overlay={}) == {"Google": largest}


def test_a_wrong_weight_of_a_provider_that_nobody_asks_for_is_no_error() -> None:
    assert weigh(["Github"], weights={"Google": None, "Github": "2"}, overlay={}) == {"Github": Decimal(2)}


def test_a_provider_without_weight_weighs_nothing() -> None:
    assert str(weigh(["Unknown"], weights={}, overlay={})["Unknown"]) == "0"


def test_the_overlay_wins_and_hides_a_wrong_weight() -> None:
    overlay = {"Google": Decimal("7.2500"), "Github": Decimal("0.0000")}
    found = weigh(["Google", "Github"], weights={"Google": None, "Github": "3"}, overlay=overlay)
    assert found == overlay
    assert [str(weight) for weight in found.values()] == ["7.2500", "0.0000"]


@pytest.mark.parametrize(
    ("value", "due"),
    [
        ("0", "0.00000"), ("12.0000", "12.00000"), ("1E+2", "100.00000"), ("0E-9", "0.00000"), ("-0.5", "-0.50000"),
        ("1.000005", "1.00000"), ("1.000015", "1.00002"), ("1.0000050000000000001", "1.00001"),
        ("123456789012345678901234567890.123456", "123456789012345678901234567890.12346"),
    ],
)  # fmt: skip
def test_five_places_are_rounded_half_to_even(value: str, due: str) -> None:
    assert five_places(Decimal(value)) == due
