"""Typed reading of settings from the environment. A wrong or missing value is one sentence that names it.

Each NAME may also be given as NAME_FILE, the path of a file that holds the value (secrets mounted as files).
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_TRUE = frozenset({"1", "true", "on", "yes", "y", "t"})
_FALSE = frozenset({"0", "false", "off", "no", "n", "f", ""})


def text(name: str, default: str | None = None) -> str:
    """The value as text. Raises ImproperlyConfigured when it is missing and there is no default."""
    value = _raw(name)
    if value is None:
        if default is None:
            raise ImproperlyConfigured(f"The setting {name} is missing: set the environment variable {name}.")
        return default
    return value


def optional_text(name: str) -> str | None:
    return _raw(name) or None


def flag(name: str, *, default: bool) -> bool:
    value = _raw(name)
    if value is None:
        return default
    if value.strip().lower() in _TRUE:
        return True
    if value.strip().lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"The setting {name} must be on or off, not {value!r}.")


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
        raise ImproperlyConfigured(f'The setting {name} must be a JSON list of texts, such as ["a", "b"].')
    return items


def _raw(name: str) -> str | None:
    if name in os.environ:
        return os.environ[name]
    file = os.environ.get(f"{name}_FILE")
    if file is None:
        return None
    try:
        return Path(file).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"The setting {name}_FILE cannot be read: {error.strerror}.") from None
