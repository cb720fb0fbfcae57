"""The API: mounts the routers and turns domain errors into answers."""

import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from apps.account.api import router as account_router
from apps.ceramic_cache.api import router as ceramic_cache_router
from apps.ceramic_cache.stamps.api import router as stamps_router
from apps.cgrants.api import router as cgrants_router
from apps.registry.api import router as registry_router
from apps.registry.legacy_stakes.api import router as legacy_stakes_router
from apps.scorer_weighted.api import router as scorer_weighted_router
from apps.stake.api import router as stake_router
from scorer_v2.http.answers import detail_answer, json_answer, json_bytes
from scorer_v2.http.body_parsing import StrictJsonParser
from scorer_v2.http.deferred_authentication import authenticate_now
from scorer_v2.http.made_once import made_once
from scorer_v2.observability.measurements import current
from scorer_v2.primitives.errors import DomainError

logger = logging.getLogger("scorer_v2.api")

ROUTERS = (
    registry_router,
    account_router,
    ceramic_cache_router,
    stamps_router,
    cgrants_router,
    legacy_stakes_router,
    scorer_weighted_router,
    stake_router,
)

api = NinjaAPI(
    title="Passport Scorer v2",
    version="2.0.0",
    description=(
        "How likely an Ethereum address belongs to one human, from the stamps that it holds.\n\n"
        "Partners use `GET /v2/stamps/{scorer_id}/score/{address}` with an API key."
    ),
    docs_url="/docs",
    openapi_url="/openapi.json",
    docs_decorator=made_once,
    parser=StrictJsonParser(),
    urls_namespace="scorer_v2",
)
for router in ROUTERS:
    api.add_router("", router)


@api.exception_handler(DomainError)
def answer_domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:  # noqa: ARG001 - Ninja's signature
    current().reason = error.reason or str(error.detail)
    answer = json_answer(json_bytes(error.body()), status=error.status)
    for name, value in error.headers.items():
        answer.headers[name] = value
    return answer


@api.exception_handler(ValidationError)
def answer_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """422 with pydantic's entries, less what repeats the input; after the authentication where that is deferred."""
    try:
        authenticate_now(request)
    except DomainError as refusal:
        return answer_domain_error(request, refusal)
    current().reason = ", ".join(f"{fault['type']} at {'.'.join(map(str, fault['loc']))}" for fault in error.errors)
    return detail_answer([_entry(fault) for fault in error.errors], status=422)


@api.exception_handler(AuthenticationError)
def answer_unauthorized(request: HttpRequest, error: AuthenticationError) -> HttpResponse:  # noqa: ARG001 - Ninja's signature
    current().reason = "Unauthorized"
    return detail_answer("Unauthorized", status=401)


@api.exception_handler(HttpError)
def answer_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:  # noqa: ARG001 - Ninja's signature
    current().reason = error.message
    return detail_answer(error.message, status=error.status_code)


@api.exception_handler(RequestDataTooBig)
def answer_too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:  # noqa: ARG001 - Ninja's signature
    current().reason = "The request body is too large."
    return detail_answer("The request body is too large.", status=413)


@api.exception_handler(Exception)
def answer_unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    """500, or the text that an endpoint set for what it cannot foresee."""
    current().reason = f"unexpected: {type(error).__name__}"
    logger.error("an unexpected error", exc_info=error)
    return detail_answer(getattr(request, "unexpected_detail", "Internal Server Error"), status=500)


def _entry(fault: dict[str, Any]) -> dict[str, Any]:
    entry = {"type": fault["type"], "loc": list(fault["loc"]), "msg": fault["msg"]}
    if "ctx" in fault:
        entry["ctx"] = {
            name: value if isinstance(value, int | float | bool) else str(value) for name, value in fault["ctx"].items()
        }
    return entry
