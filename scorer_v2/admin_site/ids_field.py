"""Ids of chosen rows, as they travel from a list to a page of our own."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

LONGEST_ID = 18  # digits that always fit a bigint


class IdsField(forms.CharField):
    """Comma-joined ids, as a list of numbers, each once; at most `most` of them."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(**{"help_text": f"Ids, commas between them; at most {most}.", **kwargs})
        self._most = most

    def clean(self, value: Any) -> list[int]:
        texts = [text.strip() for text in super().clean(value).split(",") if text.strip()]
        if not all(text.isascii() and text.isdigit() and len(text) <= LONGEST_ID for text in texts):
            raise ValidationError("Ids are numbers with commas between them.")
        if not 0 < len(texts) <= self._most:
            raise ValidationError(f"From 1 to {self._most} ids.")
        return list(dict.fromkeys(map(int, texts)))


def joined(ids: Iterable[int]) -> str:
    """Ids as such a field begins with them."""
    return ",".join(map(str, ids))
