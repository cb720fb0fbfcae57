"""Prometheus metrics, added up over all processes of a server; and `GET /metrics`, which shows them.

gunicorn's configuration names the folder that the processes share. Labels come from our own lists and routes, never
from a caller: their number is bounded.
"""

import hmac
import os
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from scorer_v2.conf import settings
from scorer_v2.http.answers import detail_answer
from scorer_v2.http.error_bodies import not_found
from scorer_v2.observability.measurements import Measurement
from scorer_v2.primitives.errors import Unauthorized

_METHODS = frozenset({"GET", "POST", "OPTIONS", "HEAD", "PUT", "PATCH", "DELETE"})
_BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)

# The histogram's `_count` is the number of requests.
REQUESTS = Histogram(
    "scorer_v2_request_seconds", "Time to answer, by route template.", ("method", "route", "status"), buckets=_BUCKETS
)
PARTS = Counter("scorer_v2_request_part_seconds", "What of it went to the database and to proofs.", ("route", "part"))
ROUND_TRIPS = Counter("scorer_v2_round_trips", "Network round trips to the database.", ("route",))
RESTARTS = Counter("scorer_v2_scoring_restarts", "Scorings that started over: another request was faster.", ())
STAMPS = Counter("scorer_v2_stamps", "Stamps of scored addresses.", ("outcome",))
PROOFS = Counter("scorer_v2_proofs", "Verdicts on proofs.", ("outcome",))
CACHES = Counter("scorer_v2_cache", "Readings of the shared cache.", ("cache", "outcome"))
ROLLOUT = Counter("scorer_v2_rollout", "Requests that the rollout served or declined.", ("outcome",))
# A process has 1 for the source that it follows, and 0 for the others.
ROLLOUT_SHARE = Gauge(
    "scorer_v2_rollout_share_percent", "The widest share that a process serves.", multiprocess_mode="livemax"
)
ROLLOUT_SOURCES = Gauge(
    "scorer_v2_rollout_processes",
    "Processes by where their share comes from: the cache, what they remember of it, the settings.",
    ("source",),
    multiprocess_mode="livesum",
)
_SOURCES = ("cache", "remembered", "settings")


@cache
def _series(metric: Counter, *labels: str) -> Counter:
    """The metric of the labels: looked up once, because the package takes longer for that than for counting."""
    return metric.labels(*labels) if labels else metric


@cache
def _requests(method: str, route: str, status: int) -> Histogram:
    return REQUESTS.labels(method, route, str(status))


def observe(*, method: str, route: str, status: int, seconds: float, measured: Measurement) -> None:
    """Count one answered request. One that the rollout declined is another service's: it counts as declined alone, so
    that it thins no ratio of failures and no quantile of ours.
    """
    if measured.rollout == "declined":
        count_declined()
        return
    _requests(method if method in _METHODS else "other", route, status).observe(seconds)
    if measured.round_trips:
        _series(ROUND_TRIPS, route).inc(measured.round_trips)
        _series(PARTS, route, "database").inc(measured.database_seconds)
    if measured.rollout is not None:
        _series(ROLLOUT, measured.rollout).inc()
    for (name, outcome), number in measured.caches.items():
        _series(CACHES, name, outcome).inc(number)
    if measured.kept or measured.deduplicated or measured.left_out:
        _observe_scoring(route, measured)


def count_declined() -> None:
    """Count a request that another service answers."""
    _series(ROLLOUT, "declined").inc()


def show_rollout(*, share: int, source: str) -> None:
    """Show the share that this process serves, in per cent, and where it comes from."""
    ROLLOUT_SHARE.set(share)
    for known in _SOURCES:
        ROLLOUT_SOURCES.labels(known).set(known == source)


def _observe_scoring(route: str, measured: Measurement) -> None:
    if measured.verification_seconds:
        _series(PARTS, route, "verification").inc(measured.verification_seconds)
    for counter, labels, number in (
        (STAMPS, ("kept",), measured.kept),
        (STAMPS, ("deduplicated",), measured.deduplicated),
        (STAMPS, ("left_out",), measured.left_out),
        (PROOFS, ("remembered",), measured.proofs_remembered),
        (PROOFS, ("valid",), measured.proofs_valid),
        (PROOFS, ("invalid",), measured.proofs_invalid),
        (RESTARTS, (), measured.restarts),
    ):
        if number:
            _series(counter, *labels).inc(number)


@csrf_exempt
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics. Requires METRICS_TOKEN as a bearer token; 404 where none is set, except in development."""
    if not settings.METRICS_TOKEN and not settings.DEVELOPMENT:
        return not_found(request)
    given = request.META.get("HTTP_AUTHORIZATION", "").encode(errors="surrogateescape")
    if settings.METRICS_TOKEN and not hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode()):
        return detail_answer(Unauthorized.detail, status=Unauthorized.status)
    return HttpResponse(_collected(), content_type=CONTENT_TYPE_LATEST)


def _collected() -> bytes:
    """Return the text of all processes' metrics. The master may fold the file of a worker that ended while it is read:
    read again then."""
    try:
        return generate_latest(_registry())
    except FileNotFoundError:
        return generate_latest(_registry())


def _registry() -> CollectorRegistry:
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the package has no types here
    return registry
