"""Endpoints of scorers."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from apps.scorer_weighted import services
from apps.scorer_weighted.embed_config import embed_config
from apps.scorer_weighted.schemas import EmbedConfig, Weights
from scorer_v2.http.answers import json_answer, json_bytes
from scorer_v2.http.error_schemas import errors

router = Router(tags=["weights"])


@router.get(
    "/internal/embed/weights",
    auth=None,
    response={200: Weights, **errors(404, 500, 503)},
    summary="Weights of a community",
    deprecated=True,
)
def weights_of(
    request: HttpRequest,  # noqa: ARG001 - Ninja's signature
    community_id: Annotated[
        str, Query(description="The community's id; without it, the user interface's.", example="335")
    ] = "",
) -> HttpResponse:
    """What each provider's stamp weighs in the community's scorer. Weights of its customization are not included."""
    return json_answer(json_bytes(services.weights_of(community_id=community_id)))


@router.get(
    "/internal/embed/config",
    auth=None,
    response={200: EmbedConfig, **errors(404, 422, 500, 503)},
    summary="Weights and sections of a community's widget",
)
def config_of(
    request: HttpRequest,  # noqa: ARG001 - Ninja's signature
    community_id: Annotated[str, Query(description="The community's id.", example="335")],
) -> HttpResponse:
    """What each provider's stamp weighs, and the sections of platforms that the embedded widget shows."""
    return json_answer(json_bytes(embed_config(community_id=community_id)))
