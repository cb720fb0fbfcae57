"""Log lines are JSON objects, one a line."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from scorer_v2.http.request_ids import RequestIdMiddleware
from scorer_v2.observability.logs import FIELDS, JsonFormatter


def logged(message: str = "a message", *values: Any, exc_info: Any = None, **extra: Any) -> dict[str, Any]:
    record = logging.LogRecord("scorer_v2.test", logging.WARNING, __file__, 1, message, values, exc_info)
    record.__dict__.update(extra)
    text = JsonFormatter().format(record)
    assert "\n" not in text
    line: dict[str, Any] = json.loads(text)
    return line


def test_a_line_says_what_was_logged_where_and_when() -> None:
    line = logged("a %s of %d", "part", 2)
    assert (line["level"], line["logger"], line["message"]) == ("WARNING", "scorer_v2.test", "a part of 2")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(line["time"])).total_seconds()) < 60
    assert line["time"].endswith("+00:00")


def test_a_line_has_what_was_given_with_it_and_nothing_of_the_record() -> None:
    line = logged(statements=["a", "b"], seconds=0.5)
    assert line.keys() == {"time", "level", "logger", "message", "request_id", "statements", "seconds"}
    assert (line["statements"], line["seconds"]) == (["a", "b"], 0.5)


def test_a_record_that_says_what_was_given_with_it_is_not_looked_through() -> None:
    line = logged(status=200, other=1, **{FIELDS: {"status": 200}})
    assert line.keys() == {"time", "level", "logger", "message", "request_id", "status"}


def test_what_is_no_json_is_written_as_text() -> None:
    assert logged(path=ZeroDivisionError("x"))["path"] == "x"


def test_a_line_break_in_a_message_does_not_begin_another_line() -> None:
    assert logged("one\ntwo\u2028three")["message"] == "one\ntwo\u2028three"


def test_an_exception_is_in_the_line() -> None:
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        line = logged(exc_info=sys.exc_info())
    assert line["exception"].startswith("Traceback")
    assert "ZeroDivisionError: division by zero" in line["exception"]


def test_a_line_has_the_id_of_its_request() -> None:
    lines: list[dict[str, Any]] = []

    def view(request: HttpRequest) -> HttpResponse:
        lines.append(logged())
        return HttpResponse()

    RequestIdMiddleware(view)(RequestFactory().get("/", headers={"X-Request-Id": "an-id"}))
    assert lines[0]["request_id"] == "an-id"
    assert logged()["request_id"] is None
