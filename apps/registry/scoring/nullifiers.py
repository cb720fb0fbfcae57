"""The nullifiers of a credential: what makes it recognisable at another address (section 3.4)."""

from collections.abc import Mapping
from typing import Any

from scorer_v2.primitives.storable import is_storable

LONGEST_NULLIFIER = 100
_FIRST_GENERATION = "v0"


class NullifierError(ValueError):
    """The nullifiers cannot be used; the stamp is not valid (sections 3.3 and 8)."""


def nullifiers_of(subject: Mapping[str, Any]) -> tuple[str, ...]:
    """All nullifiers of a credential's subject, each once, in the order of their first mention.

    A `hash`, if the key is there, stands alone, whatever its value; entries that are no text count as absent (section
    8), so that the result may be empty. Raises NullifierError when they are no list, or one cannot be stored: a stamp
    whose nullifiers nobody can record must not pass as one that has none.
    """
    listed = [subject["hash"]] if "hash" in subject else subject.get("nullifiers")
    if not isinstance(listed, list):
        raise NullifierError("The nullifiers are not a list.")
    found = tuple(dict.fromkeys([entry for entry in listed if isinstance(entry, str)]))
    for nullifier in found:
        if len(nullifier) > LONGEST_NULLIFIER or not nullifier.isascii() or "\0" in nullifier:
            _check_storable(nullifier)
    return found


def counting(nullifiers: tuple[str, ...], *, multi_nullifier: bool) -> tuple[str, ...]:
    """The nullifiers that deduplication looks at: all with the flag on, else those of the first generation."""
    if multi_nullifier:
        return nullifiers
    return tuple([nullifier for nullifier in nullifiers if nullifier.startswith(_FIRST_GENERATION)])


def human_key_of(subject: Mapping[str, Any]) -> str | None:
    """The last non-empty entry of the list `nullifiers`, whatever its generation; None with a `hash` only (3.11)."""
    listed = subject.get("nullifiers")
    if not isinstance(listed, list):
        return None
    for entry in reversed(listed):
        if entry and isinstance(entry, str):
            _check_storable(entry)
            return entry
    return None


def _check_storable(nullifier: str) -> None:
    if len(nullifier) <= LONGEST_NULLIFIER and nullifier.isascii() and "\0" not in nullifier:
        return
    if len(nullifier) > LONGEST_NULLIFIER:
        raise NullifierError(f"A nullifier is longer than {LONGEST_NULLIFIER} characters.")
    if not is_storable(nullifier):
        raise NullifierError("A nullifier has a character that cannot be stored.")
