"""`GET /health`: the process answers. `GET /ready`: database, schema and cache can serve a score."""

import logging
import time
from dataclasses import asdict

from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from scorer_v2.database.request_deadline import current_deadline
from scorer_v2.database.round_trips import close, fetch, statement
from scorer_v2.database.schema_check import missing_from_schema
from scorer_v2.http.answers import json_answer, json_bytes
from scorer_v2.primitives.errors import DomainError
from scorer_v2.rollout import state

logger = logging.getLogger("scorer_v2.health")

# Asks whether the database answers.
PING = statement("scorer_v2.ping", "SELECT 1")
# Longer than probes wait for it.
READY_SECONDS = 5.0
SCHEMA_IS_FRESH_SECONDS = 60.0
_schema_checked_at: float | None = None


@csrf_exempt
@require_safe
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    return json_answer(json_bytes({"status": "ok"}))


@csrf_exempt
@require_safe
def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """200 when all parts serve; 503 otherwise. A cache that is down is told, but serves (limits fail open)."""
    deadline = current_deadline()
    if deadline is not None:
        deadline.allow_only(READY_SECONDS)
    parts = {"database": _database(), "schema": "unknown", "cache": _cache()}
    if parts["database"] == "ok":
        parts["schema"] = _schema()
    serves = parts["database"] == parts["schema"] == "ok"
    body = {"status": "ok" if serves else "unavailable", **parts, "rollout": _rollout()}
    answer = json_answer(json_bytes(body), status=200 if serves else 503)
    if not serves:
        answer.headers["Retry-After"] = "1"
    return answer


def _database() -> str:
    try:
        fetch(PING, {})
    except DomainError:
        return "unavailable"
    return "ok"


def _schema() -> str:
    global _schema_checked_at  # noqa: PLW0603 - one verdict a process, good for a minute
    now = time.monotonic()
    if _schema_checked_at is not None and now - _schema_checked_at < SCHEMA_IS_FRESH_SECONDS:
        return "ok"
    # An index that is missing makes answers slow, not wrong: `check_schema` tells of it.
    try:
        missing = missing_from_schema(connection, with_indexes=False)
    except Error:
        close()  # Django's own way to it was used, which leaves one that broke to the end of a request
        raise
    if missing:
        logger.error("the schema lacks what the code needs", extra={"missing": missing[:20]})
        return "incomplete"
    _schema_checked_at = now
    return "ok"


def _rollout() -> dict[str, str | int]:
    """What this process follows: `{"mode", "percent", "source"}`."""
    known = state.in_force()
    return {**asdict(known.rollout), "source": known.source}


def _cache() -> str:
    try:
        cache.get("ready")
    except Exception:
        logger.warning("the cache is unavailable", exc_info=True)
        return "unavailable"
    return "ok"
