"""Endpoints that store stamps."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Body, Path, Router

from apps.account.authentication import InternalToken, UserHttpRequest, UserToken
from apps.ceramic_cache.schemas import Bounded
from apps.ceramic_cache.stamps import services
from apps.ceramic_cache.stamps.schemas import EmbedStamps, UserStamp
from apps.registry.schemas import StampsAndScore
from scorer_v2.http.answers import json_answer
from scorer_v2.http.error_schemas import errors

router = Router(tags=["stamps"])


@router.post(
    "/internal/embed/stamps/{address}",
    auth=InternalToken(),
    response={200: StampsAndScore, **errors(400, 401, 413, 422, 500, 503)},
    summary="Store an address's stamps and score it",
)
def store_embed_stamps(
    request: HttpRequest,
    address: Annotated[str, Path(description="An Ethereum address.")],
    payload: EmbedStamps,
) -> HttpResponse:
    """Replaces the address's stamps of the given providers, scores, and answers both; all or nothing."""
    answer = services.store_embed_stamps(
        address=address, scorer_id=payload.scorer_id, stamps=payload.stamps, body=request.body
    )
    return json_answer(answer)


@router.post(
    "/ceramic-cache/stamps/bulk",
    auth=UserToken(),
    response={201: StampsAndScore, **errors(400, 401, 404, 413, 422, 500, 503)},
    summary="Store the token's address's stamps and score it",
)
def store_user_stamps(request: UserHttpRequest, payload: Annotated[Bounded[UserStamp], Body()]) -> HttpResponse:
    """Replaces the stamps of the given providers, scores, and answers both; all or nothing."""
    items = [(item.provider, item.stamp) for item in payload]
    answer = services.store_user_stamps(address=request.auth, items=items, body=request.body)
    return json_answer(answer, status=201)
