"""Endpoints of accounts."""

from typing import Annotated

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Router

from apps.account import services
from apps.account.analytics import partner_request
from apps.account.authentication import InternalToken, PartnerHttpRequest, PartnerKey
from apps.account.schemas import EXAMPLE_ADDRESS, CredentialDefinition, EmbedRateLimit, ListMembership
from scorer_v2.http.answers import json_answer, json_bytes
from scorer_v2.http.error_schemas import errors

router = Router(tags=["account"])


@router.get(
    "/internal/embed/validate-api-key",
    auth=PartnerKey(aliases_in_authorization=True, to_read_scores=False),
    response={200: EmbedRateLimit, **errors(401, 503)},
    summary="Validate an API key",
)
def validate_api_key(request: PartnerHttpRequest) -> HttpResponse:
    """The embed rate limit of a valid key; 401 for one that is missing, wrong, revoked or expired."""
    limit = services.validate_key(key=request.auth, request=partner_request(request), now=timezone.now())
    return json_answer(json_bytes({"embed_rate_limit": limit}))


@router.get(
    "/internal/allow-list/{list_name}/{address}",
    auth=InternalToken(),
    response={200: ListMembership, **errors(401, 404, 503)},
    summary="Membership of an address list",
)
def is_list_member(
    request: HttpRequest,  # noqa: ARG001 - Ninja's signature
    list_name: Annotated[str, Path(description="The list's exact name.", example="SeasonedPassportOGs")],
    address: Annotated[str, Path(description="In any case; it is not validated.", example=EXAMPLE_ADDRESS)],
) -> HttpResponse:
    """Whether the address is on the list. A list that does not exist has no members."""
    is_member = services.is_list_member(list_name=list_name, address=address)
    return json_answer(json_bytes({"is_member": is_member}))


@router.get(
    "/internal/customization/credential/{provider_id}",
    auth=InternalToken(),
    response={200: CredentialDefinition, **errors(401, 404, 503)},
    summary="Definition of a custom credential",
)
def custom_credential(
    request: HttpRequest,  # noqa: ARG001 - Ninja's signature
    provider_id: Annotated[
        str, Path(description="Its `#` encoded, once or twice.", example="DeveloperList#Contributors#0a1b2c3d")
    ],
) -> HttpResponse:
    """The ruleset that an issuer evaluates."""
    ruleset = services.ruleset_of(provider_id=provider_id)
    return json_answer(json_bytes({"ruleset": orjson.Fragment(ruleset)}))
