"""The web server's own messages: JSON lines, like the application's, without the requests that they repeat."""

import logging
import re
from typing import Any

from gunicorn.glogging import Logger

from scorer_v2.observability.logs import JsonFormatter

# gunicorn repeats a request that it refuses, or that broke, with the keys that may be in its line and its headers.
_REPEATS_A_REQUEST = re.compile(r"(Invalid request from ip=\S*|Error handling request).*", re.DOTALL)


class JsonLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's setting `logger_class`."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter())
            handler.addFilter(without_requests)


def without_requests(record: logging.LogRecord) -> bool:
    """Cut what the message repeats of a request. No message is left out."""
    match = _REPEATS_A_REQUEST.match(record.getMessage())
    if match:
        record.msg, record.args = match[1].rstrip(":"), ()
    return True
