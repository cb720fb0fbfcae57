"""What a page of the admin site says."""

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any
from unittest.mock import patch

import psycopg


def sentence(page: Any) -> str:
    """That of the preview."""
    assert page.status_code == 200
    assert "preview" in page.context, page.context["form"].errors
    return str(page.context["preview"].sentence)


def counts(page: Any) -> dict[str, Any]:
    """The numbers of the preview."""
    return dict(page.context["preview"].counts)


def table(page: Any, identity: str) -> list[list[str]]:
    """The rows of a table of the preview, as text."""
    (found,) = (table for table in page.context["preview"].tables if table.identity == identity)
    return [[str(cell) for cell in row] for row in found.rows]


def errors(page: Any) -> dict[str, list[str]]:
    """Those of the form, of a page of our own or of a row."""
    assert page.status_code == 200
    context = page.context
    return dict(context["adminform"].form.errors if "adminform" in context else context["form"].errors)


def as_confirmed(page: Any) -> dict[str, str]:
    """What a browser sends when somebody presses the button below the preview."""
    parser = _Inputs()
    parser.feed(page.content.decode())
    return {**parser.found, "confirm": "yes"}


class _Inputs(HTMLParser):
    """The hidden inputs of the form that confirms."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "form":
            self._inside = attributes.get("id") == "confirm-form"
        elif tag == "input" and self._inside:
            self.found[str(attributes["name"])] = str(attributes.get("value") or "")


def said(page: Any) -> list[str]:
    """The messages of the page that a confirmation leads to."""
    return [str(message) for message in page.context["messages"]]


@contextmanager
def statements_counted() -> Iterator[list[str]]:
    """Every statement that goes to the database, whoever sends it."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def counting(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        sent.append(str(query))
        return execute(cursor, query, *args, **kwargs)

    with patch.object(psycopg.Cursor, "execute", counting):
        yield sent
