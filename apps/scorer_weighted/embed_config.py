"""The configuration of a community's embedded widget: weights and sections of stamps (behaviour 4.8)."""

import logging
from functools import lru_cache
from typing import Any

import orjson

from apps.scorer_weighted.services import configured_community, weights_of
from scorer_v2.database.round_trips import fetch, statement
from scorer_v2.primitives.errors import DatabaseUnavailable

logger = logging.getLogger("scorer_v2.weights")

UNDEFINED_TABLE = "42P01"

# The sections of a community's widget, in order, each with its platforms as JSON text.
SECTIONS_OF = statement(
    "scorer_weighted.sections_of",
    """
    SELECT header.name, placed."order",
           coalesce(json_agg(json_build_object('platform_id', platform.platform_id, 'order', shown."order")
                             ORDER BY shown."order", shown.id) FILTER (WHERE shown.id IS NOT NULL), '[]')::text
    FROM account_customization customization
    JOIN account_embedsectionorder placed ON placed.customization_id = customization.id
    JOIN account_embedsectionheader header ON header.id = placed.section_id
    LEFT JOIN account_embedstampplatform shown
      ON shown.customization_id = customization.id AND shown.section_id = placed.section_id
    LEFT JOIN registry_platformmetadata platform ON platform.id = shown.platform_id
    WHERE customization.scorer_id = %(community_id)s
    GROUP BY placed.id, placed."order", header.name
    ORDER BY placed."order", placed.id
    """,
)


def embed_config(*, community_id: str) -> dict[str, Any]:
    """Return the weights of `weights_of` and the widget's sections; no sections where they cannot be read.

    Raises NotFound, ScorerUnusable and DatabaseUnavailable, as `weights_of`.
    """
    weights = weights_of(community_id=community_id)
    return {"weights": weights, "stamp_sections": _sections(configured_community(community_id))}


def _sections(community_id: int) -> list[dict[str, Any]]:
    try:
        rows = fetch(SECTIONS_OF, {"community_id": community_id})
    except DatabaseUnavailable as failure:
        if failure.sqlstate == UNDEFINED_TABLE:
            _tell_of_missing_tables()
        else:
            logger.exception("the widget is answered without sections: they cannot be read")
        return []
    return [{"title": name, "order": order, "items": orjson.Fragment(items)} for name, order, items in rows]


@lru_cache(maxsize=1)
def _tell_of_missing_tables() -> None:
    """Log once a process that this database is older than the sections."""
    logger.warning("the widget is answered without sections: this database has no tables for them")
