"""Endpoints of the registry: scores."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from apps.account.analytics import partner_request
from apps.account.authentication import InternalToken, PartnerHttpRequest, PartnerKey, UserHttpRequest, UserToken
from apps.registry import services
from apps.registry.schemas import ScoreObject, StampsAndScore
from scorer_v2.http.answers import json_answer
from scorer_v2.http.error_schemas import errors

router = Router(tags=["scores"])


@router.get(
    "/v2/stamps/{scorer_id}/score/{address}",
    auth=PartnerKey(aliases_in_authorization=False, to_read_scores=True),
    response={200: ScoreObject, **errors(400, 401, 403, 404, 422, 429, 500, 503)},
    summary="Score an address",
)
def score_for_partner(
    request: PartnerHttpRequest,
    scorer_id: Annotated[
        str,
        Path(
            description="Your scorer's id, or its external id; a negative number means the demo scorer.",
            example="335",
        ),
    ],
    address: Annotated[str, Path(description="An Ethereum address.")],
    include_human_points: Annotated[bool, Query(description="Whether the answer has human points.")] = False,
) -> HttpResponse:
    """Computes the score of the address in your scorer from the stamps that it holds now."""
    body = services.score_for_partner(
        key=request.auth,
        scorer=scorer_id,
        address=address,
        include_human_points=include_human_points,
        request=partner_request(request),
    )
    return json_answer(body)


@router.get(
    "/internal/embed/score/{scorer_id}/{address}",
    auth=None,
    response={200: StampsAndScore, **errors(400, 422, 500, 503)},
    summary="Score an address for the embed service",
)
def score_for_embed(
    request: HttpRequest,  # noqa: ARG001 - Ninja's signature
    scorer_id: Annotated[int, Path(description="A scorer's id; a negative one means the demo scorer.")],
    address: Annotated[str, Path(description="An Ethereum address.")],
) -> HttpResponse:
    """Computes the score and lists the address's stamps. Reachable inside the network only."""
    return json_answer(services.score_for_embed(scorer_id=scorer_id, address=address))


@router.get(
    "/ceramic-cache/score/{address}",
    auth=UserToken(),
    response={200: ScoreObject, **errors(400, 401, 404, 422, 500, 503)},
    summary="The score of the token's address",
)
def score_for_user(
    request: UserHttpRequest,
    address: Annotated[str, Path(description="The token's address.")],
    alternate_scorer_id: Annotated[int | None, Query(description="Another scorer than the UI's.")] = None,
) -> HttpResponse:
    """The stored score while it is good, else a new one."""
    answer = services.score_for_user(
        token_address=request.auth, address=address, alternate_scorer_id=alternate_scorer_id
    )
    return json_answer(answer)


@router.get(
    "/internal/score/v2/{scorer_id}/{address}",
    auth=InternalToken(),
    response={200: ScoreObject, **errors(400, 401, 404, 422, 500, 503)},
    summary="Score an address for an internal caller",
)
def score_internally(
    request: HttpRequest,  # noqa: ARG001 - Ninja's signature
    scorer_id: Annotated[int, Path(description="A scorer's id.")],
    address: Annotated[str, Path(description="An Ethereum address.")],
) -> HttpResponse:
    """Computes the score in any account's scorer."""
    return json_answer(services.score_internally(scorer_id=scorer_id, address=address))
