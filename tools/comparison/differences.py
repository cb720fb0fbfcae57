"""What differs between two answers, field by field. Pure.

A field is a path such as `score.stamps.Google.score`; list items are `[]`. Noise is what differs between two answers of
one and the same service: such a field may have any value of the types that were seen.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from tools.comparison.times import is_of_the_run

# Lists that the replaced scorer answers in no order (contract, section 8).
UNORDERED = frozenset({"stamps", "items", "results"})
MISSING = "(missing)"
STATUS, BODY = "status", "body"
MOST_OF_AN_ANSWER = 200
SHOWN = 160

Noise = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is parsed where it is JSON, else text. `failure` says why there is no answer."""

    status: int
    body: Any = None
    failure: str | None = None
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A field with its two values as JSON texts, cut off; `(missing)` where one side has none."""

    field: str
    old: str
    new: str
    types: frozenset[str]

    @classmethod
    def of(cls, field: str, old: Any, new: Any) -> "Difference":
        return cls(field, shown(old), shown(new), frozenset({type_of(old), type_of(new)}))


def differences(old: Answer, new: Answer, *, since: datetime) -> list[Difference]:
    """None where both say the same; two times of the run that began at `since` do. Of an answer that differs all over
    only the first fields."""
    if old.failure or new.failure:
        return [Difference.of(STATUS, old.failure or old.status, new.failure or new.status)]
    found = [Difference.of(STATUS, old.status, new.status)] if old.status != new.status else []
    return [*found, *islice(_compared("", old.body, new.body, since), MOST_OF_AN_ANSWER)]


def learn(noise: dict[str, frozenset[str]], first: Answer, second: Answer, *, since: datetime) -> None:
    """Adds the fields in which two answers of one service differ."""
    for each in differences(first, second, since=since):
        noise[each.field] = noise.get(each.field, frozenset()) | each.types


def without_noise(found: Iterable[Difference], noise: Noise) -> list[Difference]:
    return [each for each in found if not each.types <= noise.get(each.field, frozenset())]


def shown(value: Any) -> str:
    text = MISSING if value == MISSING else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def type_of(value: Any) -> str:
    if value == MISSING:
        return "missing"
    kinds: dict[type, str] = {dict: "object", list: "list", str: "text", bool: "boolean", type(None): "null"}
    return kinds.get(type(value), "number")


def _compared(field: str, old: Any, new: Any, since: datetime) -> Iterator[Difference]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in [*old, *(name for name in new if name not in old)]:
            inner = f"{field}.{name}" if field else str(name)
            yield from _compared(inner, old.get(name, MISSING), new.get(name, MISSING), since)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _compared_lists(field, old, new, since)
    elif (type_of(old) != type_of(new) or old != new) and not _are_of_the_run(old, new, since):
        yield Difference.of(field or BODY, old, new)


def _compared_lists(field: str, old: list[Any], new: list[Any], since: datetime) -> Iterator[Difference]:
    if field.rpartition(".")[2] in UNORDERED:
        old, new = _without_common(old, new)
    if len(old) != len(new):
        yield Difference.of(f"{field}.length", len(old), len(new))
        return
    for one, other in zip(old, new, strict=True):
        yield from _compared(f"{field}[]", one, other, since)


def _are_of_the_run(old: Any, new: Any, since: datetime) -> bool:
    return all(isinstance(value, str) and is_of_the_run(value, since) for value in (old, new))


def _without_common(old: list[Any], new: list[Any]) -> tuple[list[Any], list[Any]]:
    """What is in one list alone, in an order in which related items meet."""
    ours = {_text(item): item for item in old}
    theirs = {_text(item): item for item in new}
    if len(ours) != len(old) or len(theirs) != len(new):
        return sorted(old, key=_order), sorted(new, key=_order)
    only_old = [item for text, item in ours.items() if text not in theirs]
    only_new = [item for text, item in theirs.items() if text not in ours]
    return sorted(only_old, key=_order), sorted(only_new, key=_order)


def _text(item: Any) -> str:
    return json.dumps(item, sort_keys=True)


def _order(item: Any) -> tuple[str, str]:
    provider = item.get("provider") if isinstance(item, dict) else ""
    return (str(provider), _text(item))
