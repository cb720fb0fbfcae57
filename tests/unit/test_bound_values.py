"""What is bound arrives as it was given."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db.models import TextChoices
from hypothesis import HealthCheck, given, settings, strategies

from scorer_v2.database.bound_values import text_form
from scorer_v2.database.round_trips import Step, send, statement

pytestmark = pytest.mark.usefixtures("committed_rows")

STORABLE = strategies.text(strategies.characters(exclude_characters="\0", exclude_categories=["Cs"]))


class Colour(TextChoices):
    RED = "red"


def echo(value: Any, type_: str) -> Any:
    wanted = statement(f"test.echo {type_}", f"SELECT %(value)s::{type_}")
    return send(Step(wanted, {"value": value}))[0][0][0]


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (None, "text"),
        ("", "text"),
        ("NULL", "text"),
        (True, "bool"),
        (False, "bool"),
        (0, "int"),
        (-(2**63), "bigint"),
        (2**63 - 1, "bigint"),
        (0.1, "float8"),
        (Decimal("-12345678901234567890.0000000001"), "numeric"),
        (Decimal("1E+3"), "numeric"),
        (UUID(int=7), "uuid"),
        (datetime(2026, 11, 24, 8, 0, 0, 123456, tzinfo=UTC), "timestamptz"),
        (datetime(1, 1, 1, tzinfo=UTC), "timestamptz"),
        (datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), "timestamptz"),
        ([], "text[]"),
        ([None, "NULL", "null", "", " ", ",", "{}", '"', "\\", '\\"', "a\nb", "ä€𝄞"], "text[]"),
        ([1, None, -3], "bigint[]"),
        ([True, None], "bool[]"),
        ([datetime(2026, 1, 2, tzinfo=UTC), None], "timestamptz[]"),
        ([Decimal("1.50000")], "numeric[]"),
    ],
    ids=repr,
)
def test_a_value_arrives_as_it_was_given(value: Any, type_: str) -> None:
    assert echo(value, type_) == value


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(strategies.lists(strategies.none() | STORABLE))
def test_any_list_of_texts_arrives(texts: list[str | None]) -> None:
    assert echo(texts, "text[]") == texts


def test_a_time_of_another_zone_is_the_same_moment() -> None:
    moment = datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert echo(moment, "timestamptz") == moment


def test_bytes_are_taken_as_text() -> None:
    assert echo(b'{"a":[1]}', "jsonb") == {"a": [1]}


def test_a_choice_is_its_value() -> None:
    assert echo(Colour.RED, "text") == "red"


@pytest.mark.parametrize("text", ["a\0b", "\0", ["\0"], "\ud800", ["\udfff"]])
def test_what_a_text_cannot_hold_is_refused_and_not_cut_off(text: Any) -> None:
    with pytest.raises(psycopg.DataError):
        text_form(text)


@pytest.mark.parametrize("value", [object(), {"a": 1}, {1}])
def test_what_has_no_text_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="has no text form"):
        text_form(value)
