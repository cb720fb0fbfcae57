"""Endpoints of stakes."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from apps.account.authentication import InternalToken
from apps.account.schemas import EXAMPLE_ADDRESS
from apps.stake import services
from apps.stake.schemas import Stakes
from scorer_v2.http.answers import json_answer, json_bytes
from scorer_v2.http.error_schemas import errors

router = Router(tags=["stake"])


@router.get(
    "/internal/stake/gtc/{address}",
    auth=InternalToken(),
    response={200: Stakes, **errors(400, 401, 404)},
    summary="GTC stakes of an address",
)
def stakes_of(
    request: HttpRequest,  # noqa: ARG001 - Ninja's signature
    address: Annotated[
        str, Path(description="An Ethereum address; a checksum in it must be right.", example=EXAMPLE_ADDRESS)
    ],
) -> HttpResponse:
    """The stakes that the address holds, on itself and on others, and those that others hold on it."""
    return json_answer(json_bytes({"items": services.stakes_of(address=address)}))
