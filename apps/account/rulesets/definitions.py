"""Definitions of custom credentials, and the provider id that follows from one (contract, section 6.5). Pure."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from scorer_v2.primitives.storable import is_storable

LONGEST_NAME = 64
_NAME = re.compile(r"[A-Za-z0-9]+")


class InvalidDefinition(ValueError):
    """The text is a sentence that says what is wrong."""


def check_definition(definition: object) -> str:
    """The name that a definition gives. Raises InvalidDefinition."""
    if not isinstance(definition, Mapping):
        raise InvalidDefinition("The definition must be a JSON object.")
    name = definition.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InvalidDefinition("The definition needs a `name` of letters and digits.")
    if len(name) > LONGEST_NAME:
        raise InvalidDefinition(f"The name has more than {LONGEST_NAME} characters.")
    if not definition.get("condition"):
        raise InvalidDefinition("The definition needs a `condition`.")
    if not is_storable(_text(definition)):
        raise InvalidDefinition("The definition has a character that cannot be stored.")
    return name


def provider_id_of(*, type_name: str, definition: Mapping[str, Any]) -> str:
    """`<TypeName>#<name>#<first 8 hex digits>` of the SHA-256 of the definition's JSON with sorted keys.

    Raises InvalidDefinition.
    """
    name = check_definition(definition)
    return f"{type_name}#{name}#{hashlib.sha256(_text(definition).encode()).hexdigest()[:8]}"


def _text(definition: Mapping[str, Any]) -> str:
    return json.dumps(definition, sort_keys=True)
