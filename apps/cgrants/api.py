"""Endpoints of contributions to grants."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from apps.account.authentication import InternalToken
from apps.account.schemas import EXAMPLE_ADDRESS
from apps.cgrants import services
from apps.cgrants.schemas import ContributorStatisticsAnswer
from scorer_v2.http.answers import json_answer, json_bytes
from scorer_v2.http.error_schemas import errors

router = Router(tags=["contributions"])


@router.get(
    "/internal/cgrants/contributor_statistics",
    auth=InternalToken(),
    response={200: ContributorStatisticsAnswer, **errors(400, 401, 422, 503)},
    summary="Contributions of an address",
)
def contributor_statistics(
    request: HttpRequest,  # noqa: ARG001 - Ninja's signature
    address: Annotated[
        str, Query(description="An Ethereum address; a checksum in it must be right.", example=EXAMPLE_ADDRESS)
    ],
) -> HttpResponse:
    """To how many grants and projects the address contributed, and how much. Squelched rounds do not count."""
    return json_answer(json_bytes(services.contributor_statistics(address=address)))
