"""Typed reading of settings from the environment. A wrong or missing value is one sentence that names it.

Between `collect` and `tell_faults` a fault is kept and a placeholder returned, so that all faults are told at once.

Each NAME may also be given as NAME_FILE, the path of a file that holds the value (secrets mounted as files).
"""

import json
import os
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

P = ParamSpec("P")
T = TypeVar("T")

_kept: list[str] | None = None
_read: set[str] = set()

# Names that deployments of the replaced scorer set, and that this service does not need.
UNUSED_NAMES = frozenset(
    {
        "ALCHEMY_API_KEY",
        "FF_V2_API",
        "PASSPORT_PUBLIC_URL",
        "SIWE_ALLOWED_DOMAINS_ACCOUNT",
        "SIWE_ALLOWED_DOMAINS_CERAMIC_CACHE",
        "SIWE_JWT_PRIVATE_KEY",
    }
)
SIMILARITY = 0.9

_TRUE = frozenset({"1", "true", "on", "yes", "y", "t"})
_FALSE = frozenset({"0", "false", "off", "no", "n", "f", ""})


def collect() -> None:
    """Keep faults from here on. Those that are kept already stay."""
    global _kept  # noqa: PLW0603 - settings are read once a process
    _kept = _kept or []


def fault(sentence: str) -> None:
    """Keep the sentence, or raise it as ImproperlyConfigured where none are kept."""
    if _kept is None:
        raise ImproperlyConfigured(sentence)
    if sentence not in _kept:
        _kept.append(sentence)


def tell_faults() -> None:
    """Raise ImproperlyConfigured with all sentences that were kept, one a line."""
    global _kept
    told, _kept = _kept, None
    if told:
        raise ImproperlyConfigured("\n".join(told))


def _or(placeholder: T) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorate a reading function: return the placeholder for a value whose fault is kept."""

    def decorated(read: Callable[P, T]) -> Callable[P, T]:
        @wraps(read)
        def reading(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return read(*args, **kwargs)
            except ImproperlyConfigured as error:
                fault(str(error))
                return placeholder

        return reading

    return decorated


def or_empty(read: Callable[P, dict[str, Any]]) -> Callable[P, dict[str, Any]]:
    """Decorate a function that makes a dictionary: an empty one where its fault is kept."""
    return _or(dict[str, Any]())(read)


def is_given(name: str) -> bool:
    """Whether the environment says anything about the setting."""
    return name in os.environ or f"{name}_FILE" in os.environ


@_or("")
def text(name: str, default: str | None = None) -> str:
    """The value as text. Raises ImproperlyConfigured when it is missing and there is no default."""
    value = _raw(name)
    if value is None:
        if default is None:
            raise ImproperlyConfigured(f"The setting {name} is missing: set the environment variable {name}.")
        return default
    return value


@_or(cast("str | None", None))
def optional_text(name: str) -> str | None:
    return _raw(name) or None


@_or(False)
def flag(name: str, *, default: bool) -> bool:
    value = _raw(name)
    if value is None:
        return default
    if value.strip().lower() in _TRUE:
        return True
    if value.strip().lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"The setting {name} must be on or off, not {value!r}.")


@_or(1)
def integer(name: str, default: int | None = None, *, minimum: int | None = None, maximum: int | None = None) -> int:
    value = text(name, None if default is None else str(default))
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"The setting {name} must be a whole number, not {value!r}.") from None
    if minimum is not None and number < minimum:
        raise ImproperlyConfigured(f"The setting {name} must be at least {minimum}, not {number}.")
    if maximum is not None and number > maximum:
        raise ImproperlyConfigured(f"The setting {name} must be at most {maximum}, not {number}.")
    return number


@_or(0.0)
def fraction(name: str, default: float) -> float:
    """A number from 0 to 1."""
    value = text(name, str(default))
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise ImproperlyConfigured(f"The setting {name} must be a number from 0 to 1, not {value!r}.")
    return number


@_or("")
def choice(name: str, choices: Sequence[str], default: str) -> str:
    """One of the choices, in any case."""
    value = text(name, default).strip().lower()
    if value not in choices:
        raise ImproperlyConfigured(f"The setting {name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def optional_integer(name: str) -> int | None:
    return integer(name) if _raw(name) else None


def text_list(name: str, default: list[str]) -> list[str]:
    """A JSON list of texts."""
    value = _raw(name)
    if value is None:
        return default
    try:
        items = json.loads(value)
    except ValueError:
        items = None
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        fault(f'The setting {name} must be a JSON list of texts, such as ["a", "b"].')
        return default
    return items


@_or(cast("str | None", None))
def public_key(name: str) -> str:
    """Return the text of an RSA public key, PEM or base64 of PEM; empty where none is set."""
    value = text(name, "")
    if not value:
        return ""
    from scorer_v2.primitives.rsa_keys import read_public_key  # noqa: PLC0415 - only where a key is set

    try:
        read_public_key(value)
    except ValueError as error:
        fault(f"The setting {name} cannot be used: {error}.")
    return value


def optional_url(name: str, *schemes: str) -> str | None:
    """A URL of one of the schemes; None where there is none."""
    value = _raw(name)
    if value and urlsplit(value).scheme not in schemes:
        raise ImproperlyConfigured(f"The setting {name} must be a URL that begins with {schemes[0]}://.")
    return value or None


def misspelt_names() -> dict[str, str]:
    """Return the names in the environment that no setting has but one nearly has: given name -> name of the setting."""
    found = {}
    for given in os.environ:
        name = given.removesuffix("_FILE")
        if len(name) < 8 or name in _read or name in UNUSED_NAMES:  # short names resemble others by chance
            continue
        close = [
            known for known in get_close_matches(name, _read, cutoff=SIMILARITY) if abs(len(known) - len(name)) <= 1
        ]
        if close:
            found[given] = close[0]
    return found


def _raw(name: str) -> str | None:
    _read.add(name)
    if name in os.environ:
        return os.environ[name]
    file = os.environ.get(f"{name}_FILE")
    if file is None:
        return None
    try:
        return Path(file).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"The setting {name}_FILE cannot be read: {error.strerror}.") from None
