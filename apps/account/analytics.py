"""What is kept of a partner's request (contract, section 5.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from apps.account.keys import KeyRow
from apps.account.managers import AnalyticsEntry
from scorer_v2.conf import settings

SECRET_HEADERS = frozenset({"X-Api-Key", "Authorization", "Cookie"})


@dataclass(frozen=True, slots=True)
class PartnerRequest:
    """The parts of a request that analytics keep; secrets are already masked."""

    path: str
    query_params: Mapping[str, list[str]]
    headers: Mapping[str, str]


def partner_request(request: HttpRequest) -> PartnerRequest:
    headers = {name: "***" if name in SECRET_HEADERS else value for name, value in request.headers.items()}
    return PartnerRequest(request.path, dict(request.GET.lists()), headers)


def analytics_entry(
    *, key: KeyRow | None, request: PartnerRequest, now: datetime, status: int, error: str | None, response: str | None
) -> AnalyticsEntry | None:
    """What to keep of the request, or None when analytics are off or no key is known."""
    if key is None or settings.FF_API_ANALYTICS != "on":
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
