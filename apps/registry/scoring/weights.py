"""Weights of stamps and their exact sum (section 3.7)."""

import sys
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from functools import lru_cache
from typing import Any

from apps.registry.scoring.errors import ScoringError

# Python's default context, spelled out: a score must not depend on what a caller did to its own.
CONTEXT = Context(
    prec=28, rounding=ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999, capitals=1, clamp=0, flags=[],
    traps=[InvalidOperation, DivisionByZero, Overflow],
)  # fmt: skip

_NUMERIC = (int, float, str, Decimal)
_LARGEST = Decimal(sys.float_info.max)  # stored and answered scores of stamps are floats
_SMALLEST = _LARGEST.copy_negate()


def weigh(
    providers: Iterable[str], *, weights: Mapping[str, Any] | None, overlay: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    """The exact weight of each provider, in their order; 0 for one without weight. The overlay wins.

    Raises ScoringError when the scorer has no weights at all, whatever the address holds, and when a weight that is
    needed is not numeric. Weights of providers that no kept stamp has are never looked at: a wrong entry is an error
    only for the addresses that it concerns, as it is when the weights are added up stamp by stamp.
    """
    if not isinstance(weights, Mapping):
        raise ScoringError("The scorer has no weights.")
    return {provider: _weight(provider, weights, overlay) for provider in providers}


def add_up(weights: Iterable[Decimal]) -> Decimal:
    """The sum in the given order, each step rounded to 28 digits, half to even."""
    total = Decimal(0)
    for weight in weights:
        total = CONTEXT.add(total, weight)
    return total


def five_places(value: Decimal) -> str:
    """The decimal in plain notation with five places, half to even."""
    return _five_places(str(value))


def as_decimal(value: object) -> Decimal | None:
    """The exact decimal that a JSON number or text is; None when it is neither or not finite. Booleans are neither."""
    if isinstance(value, bool) or not isinstance(value, _NUMERIC):
        return None
    try:
        number = Decimal(value, CONTEXT)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _weight(provider: str, weights: Mapping[str, Any], overlay: Mapping[str, Decimal]) -> Decimal:
    value = overlay[provider] if provider in overlay else weights.get(provider, 0)
    number = _usable_text(value) if type(value) is str else _usable(value)
    if number is None:
        raise ScoringError(f"The weight of {provider} is not a number.")
    return number


# Communities have few weights and thresholds, which each of their scores asks for again. Only texts are remembered:
# equal numbers may be written differently (2.5 and 2.50e0, 0 and -0), and a score tells how.
@lru_cache(maxsize=4096)
def _usable_text(value: str) -> Decimal | None:
    return _usable(value)


@lru_cache(maxsize=1024)
def _five_places(value: str) -> str:
    with localcontext(CONTEXT):
        return format(Decimal(value), ".5f")


def _usable(value: object) -> Decimal | None:
    number = as_decimal(value)
    return number if number is not None and _SMALLEST <= number <= _LARGEST else None
