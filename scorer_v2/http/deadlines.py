"""The deadline of each request. It counts from the arrival at the proxy, so the wait for a thread is part of it."""

import logging
from collections.abc import Callable, Iterator

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse

from scorer_v2.conf import settings
from scorer_v2.database.request_deadline import RequestDeadline, under
from scorer_v2.http.arrival import seconds_waited
from scorer_v2.http.error_bodies import DATABASE_FAILED, unavailable
from scorer_v2.observability.measurements import current

# Cheap, and asked for when everything else is slow.
ALWAYS_ANSWERED = frozenset({"/health", "/health/", "/metrics"})
LOGGED_REASON = 300

logger = logging.getLogger("scorer_v2.database")


class RequestDeadlineMiddleware:
    """Give each request its deadline; refuse one that waited past it for a thread."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        limit = settings.REQUEST_DEADLINE_MS / 1000
        deadline = RequestDeadline(seconds=limit - seconds_waited(request, limit=limit))
        if deadline.seconds_left() <= 0 and request.path_info not in ALWAYS_ANSWERED:
            current().reason = "it waited for a thread past its deadline"
            return unavailable(request)
        with under(deadline):
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            response.streaming_content = parts_in_time(iter(response), limit=limit)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Answer a page that could not reach its database with 503, and log one line instead of a traceback."""
        if not isinstance(error, DATABASE_FAILED):
            return None
        logger.error("the database failed", extra={"error": type(error).__name__, "reason": str(error)[:LOGGED_REASON]})
        return unavailable(request)


def parts_in_time(parts: Iterator[bytes], *, limit: float) -> Iterator[bytes]:
    """Give each part of a streamed answer a deadline of its own, and no place while the client reads."""
    while True:
        with under(RequestDeadline(seconds=limit)):
            part = next(parts, None)
        if part is None:
            return
        yield part
