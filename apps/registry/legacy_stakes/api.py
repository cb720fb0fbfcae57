"""Endpoint of stakes in the first staking contract."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from apps.account.authentication import InternalToken
from apps.account.schemas import EXAMPLE_ADDRESS
from apps.registry.legacy_stakes import services
from apps.registry.legacy_stakes.schemas import LegacyStakes
from scorer_v2.http.answers import json_answer, json_bytes
from scorer_v2.http.error_schemas import errors

router = Router(tags=["stake"])


@router.get(
    "/internal/stake/legacy-gtc/{address}/{int:round_id}",
    auth=InternalToken(),
    response={200: LegacyStakes, **errors(400, 401, 404)},
    summary="GTC stakes of an address in a round of the first staking contract",
)
def legacy_stakes_of(
    request: HttpRequest,  # noqa: ARG001 - Ninja's signature
    address: Annotated[str, Path(description="An Ethereum address.", example=EXAMPLE_ADDRESS)],
    round_id: Annotated[int, Path(description="The number of the round.", example=1)],
) -> HttpResponse:
    """The round's stakes by the address, on itself and on others, and those of others on it."""
    return json_answer(json_bytes({"results": services.legacy_stakes_of(address=address, round_id=round_id)}))
