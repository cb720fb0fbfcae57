"""What a change of weights changes, provider by provider. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from apps.registry.scoring.weights import as_decimal

ADDED: Final = "added"
REMOVED: Final = "removed"
RAISED: Final = "raised"
LOWERED: Final = "lowered"
CHANGED: Final = "changed"


@dataclass(frozen=True, slots=True)
class WeightChange:
    """A provider whose weight changes. Weights are texts as they are stored (2.0 as 2), None where there is none.

    `kind` is one of this module's constants, CHANGED where one of the two is not a number.
    """

    provider: str
    before: str | None
    after: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class WeighingChange:
    """What changes between two sets of weights and thresholds. `threshold` is None where that stays.

    Of the `unchanged` weights some are `respelled`: the same number, as a text before and a JSON number after, or the
    other way round. Sums of floats have their binary tails (contract, section 3.7).
    """

    weights: tuple[WeightChange, ...]
    unchanged: int
    respelled: int = 0
    threshold: tuple[str, str] | None = None

    def __bool__(self) -> bool:
        return bool(self.weights or self.threshold)


def changes_between(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    *,
    threshold_before: Decimal | float | None = None,
    threshold_after: Decimal | float | None = None,
) -> WeighingChange:
    """By provider's name. Weights that are the same number in another spelling (`"1"`, `1.0`) do not differ."""
    old, new = before or {}, after or {}
    providers = sorted(old.keys() | new.keys())
    changes = tuple(change for provider in providers if (change := _change(provider, old, new)) is not None)
    return WeighingChange(
        weights=changes,
        unchanged=len(providers) - len(changes),
        respelled=sum(_is_respelled(old[provider], new[provider]) for provider in old.keys() & new.keys()),
        threshold=_threshold_change(threshold_before, threshold_after),
    )


def _change(provider: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> WeightChange | None:
    before, after = old.get(provider), new.get(provider)
    if provider not in old:
        return WeightChange(provider, None, _text(after), ADDED)
    if provider not in new:
        return WeightChange(provider, _text(before), None, REMOVED)
    if before == after or _is_respelled(before, after):
        return None
    return WeightChange(provider, _text(before), _text(after), _direction(_number(before), _number(after)))


def _is_respelled(before: object, after: object) -> bool:
    return before != after and _number(before) is not None and _number(before) == _number(after)


def _direction(before: Decimal | None, after: Decimal | None) -> str:
    if before is None or after is None:
        return CHANGED
    return RAISED if after > before else LOWERED


def _number(value: object) -> Decimal | None:
    """A float is the number that it is written as: its binary tail is not what anybody meant."""
    return as_decimal(str(value) if isinstance(value, float) else value)


def _text(value: object) -> str:
    """A number as it is usually written, a text as it is stored."""
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _threshold_change(before: Decimal | float | None, after: Decimal | float | None) -> tuple[str, str] | None:
    if before is None or after is None:
        return None
    old, new = (f"{Decimal(str(value)):.5f}" for value in (before, after))
    return None if old == new else (old, new)
