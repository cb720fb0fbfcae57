"""Log lines as JSON objects, one a line."""

import logging
from datetime import UTC, datetime
from typing import Any

import orjson

from scorer_v2.http.request_ids import current_request_id

# In a record: all that was added to it, where who wrote it says so; else it is looked for.
FIELDS = "scorer_v2_fields"

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "request", "server_time"}


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": current_request_id(),
            **_fields_of(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def _fields_of(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] | None = record.__dict__.get(FIELDS)
    if fields is None:
        return {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
    return fields
