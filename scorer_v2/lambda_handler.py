"""The service as a Lambda function behind load balancers: the handler is `scorer_v2.lambda_handler.handler`.

Lambda imports this module once a sandbox and then calls the handler with one event after the other, never with two at
once. Between events the sandbox is frozen, for milliseconds or for hours.
"""

import functools
import logging
import os
import time
from typing import Any

from scorer_v2.aws.lambda_events import Application, Event, NotALoadBalancerEvent, answer_event, json_error
from scorer_v2.aws.lambda_secrets import SecretUnavailable, load_secrets

logger = logging.getLogger("scorer_v2.lambda_handler")

# Connections that were not used for longer are replaced: what lies between may have forgotten them, and a packet that
# nobody answers is waited for much longer than a new connection takes.
IDLE_SECONDS = 60.0
# What a load balancer asks for its health checks. Answered once before any request, it loads all that requests need.
WARMING: Event = {"requestContext": {"elb": {}}, "httpMethod": "GET", "path": "/health"}

_last_used: float | None = None


class ColdStartFailed(RuntimeError):
    """The function cannot serve, and why, in one sentence a fault."""


def handler(event: Event, context: object) -> dict[str, Any]:
    """Answer one event. Whatever goes wrong in it, the load balancer gets JSON.

    Raises ColdStartFailed, and NotALoadBalancerEvent for a call that no load balancer made.
    """
    serve = application()
    replace_idle_connections()
    try:
        return answer_event(serve, event, context, largest_body_bytes=_largest_body_bytes())
    except NotALoadBalancerEvent:
        raise
    except Exception:
        logger.exception("an event could not be answered")
        return json_error(event, status=500, reason="Internal Server Error")


@functools.cache
def application() -> Application:
    """The WSGI application, with its settings from the secret. Loaded once. Raises ColdStartFailed."""
    started = time.perf_counter()
    try:
        from_secret = load_secrets(os.environ)
        from scorer_v2.startup import verify  # noqa: PLC0415 - the secret comes first

        verify()
    except (SecretUnavailable, SystemExit) as fault:
        raise ColdStartFailed(str(fault)) from None
    from scorer_v2.wsgi import application as loaded  # noqa: PLC0415 - the secret comes first

    answer_event(loaded, WARMING, None, largest_body_bytes=0)
    milliseconds = round((time.perf_counter() - started) * 1000)
    logger.info("cold start", extra={"milliseconds": milliseconds, "from_secret": from_secret})
    return loaded


def replace_idle_connections() -> None:
    """Close database connections that were not used for a while; the next statement opens new ones.

    By the wall clock, because the others may stand still while the sandbox is frozen. It can be set back: a time in the
    future counts as long ago.
    """
    global _last_used  # noqa: PLW0603 - one sandbox, one event at a time
    now = time.time()
    if _last_used is not None and not 0 <= now - _last_used < IDLE_SECONDS:
        _close_connections()
    _last_used = now


def _close_connections() -> None:
    from django.db import connections  # noqa: PLC0415 - the secret comes first

    from scorer_v2.database import round_trips  # noqa: PLC0415 - the secret comes first

    for connection in connections.all(initialized_only=True):
        round_trips.close(connection.alias)


def _largest_body_bytes() -> int:
    from django.conf import settings  # noqa: PLC0415 - the secret comes first

    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


# In Lambda, the time before the first event is the fastest that the function gets; elsewhere, importing does nothing.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    application()
