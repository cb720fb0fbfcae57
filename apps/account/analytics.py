"""What is kept of a partner's request (contract, section 5.1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.http import HttpRequest
from django.http.request import HttpHeaders

from apps.account.keys import KeyRow
from apps.account.managers import AnalyticsEntry
from scorer_v2.conf import settings

SECRET_HEADERS = frozenset({"X-Api-Key", "Authorization", "Cookie"})
MASK = "***"


@dataclass(frozen=True, slots=True)
class PartnerRequest:
    """The parts of a request that analytics keep; secrets are already masked."""

    path: str
    query_params: Mapping[str, list[str]]
    headers: Mapping[str, str]


def partner_request(request: HttpRequest) -> PartnerRequest:
    """What analytics keep; without headers and query where they are off."""
    if not are_analytics_on():
        return PartnerRequest(request.path, {}, {})
    headers = {name: MASK if name in SECRET_HEADERS else value for name, value in _headers(request)}
    return PartnerRequest(request.path, dict(request.GET.lists()), headers)


def are_analytics_on() -> bool:
    return settings.FF_API_ANALYTICS == "on"


def _headers(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """As `request.headers`, which nobody else needs: its names are found anew, and case-insensitive."""
    for variable, value in request.META.items():
        name = _header_of(variable)
        if name is not None:
            yield name, value


@lru_cache(maxsize=1_000)
def _header_of(variable: str) -> str | None:
    """The header that a variable of the request's environment holds; None for any other variable."""
    return HttpHeaders.parse_header_name(variable)


def analytics_entry(
    *, key: KeyRow | None, request: PartnerRequest, now: datetime, status: int, error: str | None, response: str | None
) -> AnalyticsEntry | None:
    """What to keep of the request, or None when analytics are off or no key is known."""
    if key is None or not are_analytics_on():
        return None
    return AnalyticsEntry(
        api_key_id=key.id,
        created_at=now,
        path=request.path,
        query_params=request.query_params,
        headers=request.headers,
        status_code=status,
        error=error,
        response=response,
    )
