"""The rollout: which requests this scorer answers, while another one answers the rest.

Alone, a request that is not chosen gets 404, so that the load balancer falls back. Mounted in a host project, requests
for our endpoints that are chosen get our URLconf; all others go to the project's own, untouched.
"""

import hashlib
from collections.abc import Callable

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import is_valid_path

from scorer_v2 import api_urls
from scorer_v2.conf import settings
from scorer_v2.http.answers import detail_answer
from scorer_v2.http.deadlines import RequestDeadlineMiddleware
from scorer_v2.http.error_bodies import PAGES, JsonErrorMiddleware
from scorer_v2.http.request_ids import RequestIdMiddleware
from scorer_v2.observability import metrics
from scorer_v2.observability.measurements import current
from scorer_v2.observability.request_log import RequestLogMiddleware
from scorer_v2.rollout.keys import routing_key
from scorer_v2.rollout.state import ALL, PERCENT, Rollout, follow

OWN_URLCONF = "scorer_v2.urls"
MARK = "X-Scorer"
SERVED, DECLINED = "v2", "v2-declined"
BUCKETS = 10_000

# What operators, browsers and the load balancer ask for on every side of a rollout, beside pages.
_NEVER_GATED = frozenset({"/health", "/health/", "/ready", "/metrics", "/docs", "/openapi.json"})

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def is_chosen(rollout: Rollout, *, header: str | None, key: Callable[[], str]) -> bool:
    """Whether this scorer answers. `key` is asked only where a percentage decides.

    The header overrides a percentage both ways: `true` is for us, `false` is not, anything else says nothing.
    """
    if rollout.mode == ALL:
        return True
    wish = (header or "").strip().lower()
    if wish in ("true", "false"):
        return wish == "true"
    return rollout.mode == PERCENT and bucket(key()) < rollout.percent * BUCKETS // 100


def bucket(key: str) -> int:
    """One of 10,000 numbers, always the same for a key. A higher percentage only adds keys to a lower one."""
    digest = hashlib.sha256(b"rollout:" + key.encode(errors="surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % BUCKETS


class RolloutMiddleware:
    """Alone, it stands after the request log and before everything that answers. Mounted, it stands first."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.rollout = follow()
        self.header = "HTTP_" + settings.ROLLOUT_HEADER.upper().replace("-", "_")
        is_alone = django_settings.ROOT_URLCONF == OWN_URLCONF
        self.answer = self._alone if is_alone else self._mounted
        self.serve_mounted = RequestIdMiddleware(
            RequestLogMiddleware(JsonErrorMiddleware(RequestDeadlineMiddleware(self._serve_chosen)))
        )

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.answer(request)

    def chooses(self, request: HttpRequest) -> bool:
        return is_chosen(self.rollout(), header=request.META.get(self.header), key=lambda: routing_key(request))

    def _alone(self, request: HttpRequest) -> HttpResponseBase:
        if not is_gated(request):
            return self._serve(request)
        return self._serve_chosen(request) if self.chooses(request) else decline()

    def _mounted(self, request: HttpRequest) -> HttpResponseBase:
        if not is_ours(request):
            return self.get_response(request)
        if not self.chooses(request):
            metrics.count_declined()
            return self.get_response(request)
        request.urlconf = api_urls.__name__
        return self.serve_mounted(request)

    def _serve_chosen(self, request: HttpRequest) -> HttpResponseBase:
        current().rollout = "served"
        return self._serve(request)

    def _serve(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers[MARK] = SERVED
        return response


def is_gated(request: HttpRequest) -> bool:
    """Everything but health, metrics, docs and the admin site; nor a browser's preflight, which has no such header."""
    path = request.path_info
    if path in _NEVER_GATED or path.startswith(PAGES):
        return False
    return not (request.method == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.META)


def is_ours(request: HttpRequest) -> bool:
    """Whether a host project may leave the request to us: one of our endpoints, with a method that it has.

    Any other method is the project's, which may have an endpoint there; we answer it (405) if it has none.
    """
    route = api_urls.route_at(request.path_info)
    if route is None:
        return False
    return request.method in api_urls.METHODS[route] or not is_valid_path(request.path_info)


def decline() -> HttpResponseBase:
    """404 with an empty detail: somebody else's request."""
    measured = current()
    measured.rollout, measured.reason = "declined", "not chosen by the rollout"
    answer = detail_answer("", status=404)
    answer.headers[MARK] = DECLINED
    return answer
