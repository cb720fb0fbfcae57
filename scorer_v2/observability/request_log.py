"""One log line and one observation for every request: what was asked, how it ended, and where the time went.

Never a header, a query, a body or a credential: routes are templates, and of a key only its prefix is told.
"""

import logging
import re
from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from scorer_v2.api_urls import route_at, template_of_route
from scorer_v2.conf import settings
from scorer_v2.observability import measurements, metrics
from scorer_v2.observability.logs import FIELDS
from scorer_v2.observability.measurements import Measurement

logger = logging.getLogger("scorer_v2.requests")

UNMATCHED = "unmatched"
LOGGED_REASON = 300
LOGGED_PATH = 300
# A segment of an unknown path that is shown; longer ones and those with a dot could be keys or tokens.
_PLAIN = re.compile(r"[A-Za-z0-9_-]{0,24}", re.ASCII)
_templates: dict[str, str] = {}


class RequestLogMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        if settings.OTEL_ENABLED:
            from scorer_v2.observability.tracing import traced  # noqa: PLC0415 - its packages are there only where it is on

            self.get_response = traced(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        measured = Measurement()
        token = measurements.begin(measured)
        started = perf_counter()
        try:
            response = self.get_response(request)
        finally:
            measurements.end(token)
        seconds = perf_counter() - started
        route = route_of(request)
        metrics.observe(
            method=request.method or "", route=route, status=response.status_code, seconds=seconds, measured=measured
        )
        if logger.isEnabledFor(logging.INFO):
            _write(line_of(request, response, route=route, seconds=seconds, measured=measured))
        return response


def _write(line: dict[str, Any]) -> None:
    """As `logger.info` would, without looking through the stack for who calls: it is always this middleware."""
    record = logger.makeRecord(logger.name, logging.INFO, __file__, 0, "request", (), None)
    vars(record).update(line, **{FIELDS: line})
    logger.handle(record)


def route_of(request: HttpRequest) -> str:
    """The template of the request's route, also where nobody resolved it; `unmatched` for an unknown path."""
    match = request.resolver_match
    route = match.route if match is not None else route_at(request.path_info)
    if not route:
        return UNMATCHED
    if route.startswith("admin/"):
        return "/admin/"
    template = _templates.get(route)
    if template is None:
        template = _templates[route] = template_of_route(route)
    return template


def line_of(
    request: HttpRequest, response: HttpResponseBase, *, route: str, seconds: float, measured: Measurement
) -> dict[str, Any]:
    """The fields of the request's line. Milliseconds of the database, of verifying proofs, and all others."""
    database, verification = 1000 * measured.database_seconds, 1000 * measured.verification_seconds
    line: dict[str, Any] = {
        "method": request.method,
        "route": route,
        "status": response.status_code,
        "milliseconds": round(1000 * seconds, 2),
        "database_ms": round(database, 2),
        "verification_ms": round(verification, 2),
        "rest_ms": round(1000 * seconds - database - verification, 2),
        "round_trips": measured.round_trips,
        "community": measured.community,
        "key_prefix": measured.key_prefix,
    }
    if route == UNMATCHED:
        line["path"] = shown_path(request.path)
    if measured.rollout is not None:
        line["rollout"] = measured.rollout
    if measured.trace_id is not None:
        line["trace_id"] = measured.trace_id
    if response.status_code >= 400:
        line["reason"] = (measured.reason or response.reason_phrase)[:LOGGED_REASON]
    return line


def shown_path(path: str) -> str:
    """An unknown path without what could be secret in it."""
    return "/".join(segment if _PLAIN.fullmatch(segment) else "*" for segment in path.split("/"))[:LOGGED_PATH]
