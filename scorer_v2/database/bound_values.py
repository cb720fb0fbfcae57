"""Values as PostgreSQL reads them: the text form of each, for parameters that the server gives their types."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg


def text_form(value: Any) -> bytes | None:
    """None for null. Bytes are taken as text in UTF-8 (such as JSON); a list becomes an array.

    Raises psycopg.DataError for what PostgreSQL has no text for, and TypeError for any other type.
    """
    if value is None:
        return None
    form = _FORMS.get(type(value))
    if form is not None:
        return form(value)
    if isinstance(value, str):  # one of Django's choices
        return _checked(str(value))
    raise TypeError(f"a {type(value).__name__} has no text form for PostgreSQL")


def _checked(text: str) -> bytes:
    """The driver takes text up to its first NUL, and would lose the rest without a word."""
    try:
        form = text.encode()
    except UnicodeEncodeError:
        raise psycopg.DataError("a text has a lone surrogate") from None
    if b"\0" in form:
        raise psycopg.DataError("a text has a NUL character")
    return form


def _array(values: Sequence[Any]) -> bytes:
    """Thousands of numbers or plain texts, as batches have them, take no call for each."""
    types = set(map(type, values))
    if types == {int}:
        return f"{{{','.join(map(str, values))}}}".encode()
    if types == {str}:
        texts = '","'.join(values)
        if "\\" not in texts and texts.count('"') == 2 * (len(values) - 1):
            return _checked(f'{{"{texts}"}}')
    return b"{%b}" % b",".join([_element(text_form(value)) for value in values])


def _element(form: bytes | None) -> bytes:
    if form is None:
        return b"NULL"
    return b'"%b"' % form.replace(b"\\", b"\\\\").replace(b'"', b'\\"')


def _plain(value: object) -> bytes:
    return str(value).encode()


_FORMS: dict[type, Callable[[Any], bytes]] = {
    str: _checked,
    bytes: bytes,
    bool: lambda value: b"t" if value else b"f",
    int: _plain,
    float: _plain,
    datetime: _plain,
    Decimal: _plain,
    UUID: _plain,
    list: _array,
    tuple: _array,
}
