"""Ids of chosen rows, as they travel from a list to a page of our own."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from scorer_v2.primitives.errors import DomainError

LONGEST_ID = 18  # digits that always fit a bigint


class UnusableIds(DomainError):
    """Nothing, too much, or something else was chosen."""


def joined(ids: Iterable[int]) -> str:
    """Ids as `chosen_ids` reads them."""
    return ",".join(map(str, ids))


def chosen_ids(text: str, *, most: int) -> list[int]:
    """The numbers of a text with commas between them, each once. Raises UnusableIds."""
    texts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and len(part) <= LONGEST_ID for part in texts):
        raise UnusableIds("Ids are numbers with commas between them.")
    if not 0 < len(texts) <= most:
        raise UnusableIds(f"From 1 to {most} ids can be chosen at once.")
    return list(dict.fromkeys(map(int, texts)))


class IdsField(forms.CharField):
    """A field for such a text; its value are the numbers."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(**{"help_text": f"Ids, commas between them; at most {most}.", **kwargs})
        self._most = most

    def clean(self, value: Any) -> list[int]:
        try:
            return chosen_ids(super().clean(value), most=self._most)
        except UnusableIds as unusable:
            raise ValidationError(str(unusable)) from unusable
