"""SQL of weight configurations."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.scorer_weighted.configurations.csv_file import WeightEntry
from scorer_v2.database.bulk import BulkTransaction
from scorer_v2.database.round_trips import statement

# Holds all configurations, of which there are few, so that versions and activity change one after the other.
LOCK = statement(
    "scorer_weighted.lock_configurations", "SELECT id FROM registry_weightconfiguration ORDER BY id FOR UPDATE"
)

# The number after the highest of the versions that are numbers.
NEXT_VERSION = statement(
    "scorer_weighted.next_version",
    """
    SELECT coalesce(max(version::numeric), 0) + 1 FROM registry_weightconfiguration WHERE version ~ '^[0-9]{1,40}$'
    """,
)

EXISTS = statement(
    "scorer_weighted.version_exists",
    "SELECT EXISTS (SELECT FROM registry_weightconfiguration WHERE version = %(version)s)",
)

CREATE = statement(
    "scorer_weighted.create_configuration",
    """
    INSERT INTO registry_weightconfiguration (version, threshold, active, description, created_at, updated_at)
    VALUES (%(version)s, %(threshold)s, false, %(description)s, now(), now())
    RETURNING id
    """,
)

# Adds a configuration's weights, each with what is known of its provider.
ADD_WEIGHTS = statement(
    "scorer_weighted.add_weights",
    """
    INSERT INTO registry_weightconfigurationitem (weight_configuration_id, provider, weight, stamp_metadata_id)
    SELECT %(configuration_id)s, entry.provider, entry.weight, metadata.id
    FROM unnest(%(providers)s::text[], %(weights)s::float8[]) WITH ORDINALITY AS entry(provider, weight, position)
    LEFT JOIN registry_stampmetadata metadata ON metadata.provider = entry.provider
    ORDER BY entry.position
    ON CONFLICT (weight_configuration_id, provider) DO NOTHING
    """,
)

# An inactive copy, without its weights.
CLONE = statement(
    "scorer_weighted.clone_configuration",
    """
    INSERT INTO registry_weightconfiguration (version, threshold, active, description, created_at, updated_at)
    SELECT %(version)s, threshold, false, %(description)s, now(), now()
    FROM registry_weightconfiguration WHERE id = %(configuration_id)s
    RETURNING id
    """,
)

CLONE_WEIGHTS = statement(
    "scorer_weighted.clone_weights",
    """
    INSERT INTO registry_weightconfigurationitem (weight_configuration_id, provider, weight, stamp_metadata_id)
    SELECT %(clone_id)s, provider, weight, stamp_metadata_id
    FROM registry_weightconfigurationitem WHERE weight_configuration_id = %(configuration_id)s ORDER BY id
    """,
)

# Before ACTIVATE, since there is never more than one.
DEACTIVATE = statement(
    "scorer_weighted.deactivate_configurations",
    """
    UPDATE registry_weightconfiguration SET active = false, updated_at = now()
    WHERE active AND id <> %(configuration_id)s
    """,
)

ACTIVATE = statement(
    "scorer_weighted.activate_configuration",
    """
    UPDATE registry_weightconfiguration SET active = true, updated_at = now()
    WHERE id = %(configuration_id)s AND NOT active
    """,
)

# What a change is based on: nothing is changed that somebody else changed meanwhile.
SET_THRESHOLD = statement(
    "scorer_weighted.set_configuration_threshold",
    """
    UPDATE registry_weightconfiguration SET threshold = %(threshold)s, updated_at = clock_timestamp()
    WHERE id = %(configuration_id)s AND updated_at = %(updated_at)s
    """,
)

REMOVE_WEIGHTS = statement(
    "scorer_weighted.remove_weights",
    """
    DELETE FROM registry_weightconfigurationitem
    WHERE weight_configuration_id = %(configuration_id)s AND NOT provider = ANY(%(providers)s::text[])
    """,
)

SET_WEIGHTS = statement(
    "scorer_weighted.set_weights",
    """
    UPDATE registry_weightconfigurationitem item SET weight = entry.weight
    FROM unnest(%(providers)s::text[], %(weights)s::float8[]) AS entry(provider, weight)
    WHERE item.weight_configuration_id = %(configuration_id)s AND item.provider = entry.provider
      AND item.weight <> entry.weight
    """,
)

CONFIGURATIONS = statement(
    "scorer_weighted.configurations",
    """
    SELECT configuration.id, configuration.version, configuration.threshold, configuration.active,
           configuration.updated_at, coalesce(item.weights, '{}')
    FROM registry_weightconfiguration configuration
    LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(provider, weight)::text AS weights FROM registry_weightconfigurationitem
        WHERE weight_configuration_id = configuration.id
    ) item ON true
    WHERE configuration.active OR configuration.id = ANY(%(configuration_ids)s::bigint[])
    """,
)

# The scorers by what they weigh with: one row for all that have the same, the most frequent first.
SCORERS = statement(
    "scorer_weighted.scorers_by_weights",
    """
    SELECT scorer.type, scorer.exclude_from_weight_updates, concrete.threshold, concrete.weights::text,
           count(*), (array_agg(scorer.id ORDER BY scorer.id))[1:5]
    FROM scorer_weighted_scorer scorer
    JOIN (
        SELECT scorer_ptr_id, weights, threshold, 'WEIGHTED' AS type FROM scorer_weighted_weightedscorer
        UNION ALL
        SELECT scorer_ptr_id, weights, threshold, 'WEIGHTED_BINARY' FROM scorer_weighted_binaryweightedscorer
    ) concrete ON concrete.scorer_ptr_id = scorer.id AND concrete.type = scorer.type
    GROUP BY scorer.type, scorer.exclude_from_weight_updates, concrete.threshold, concrete.weights
    ORDER BY count(*) DESC, min(scorer.id) LIMIT %(limit)s
    """,
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration with its weights."""

    id: int
    version: str
    threshold: float
    active: bool
    updated_at: datetime
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class AlikeScorers:
    """Scorers that weigh alike. `scorer_ids` are the first five of `count`."""

    type: str
    excluded: bool
    threshold: Decimal
    weights: Mapping[str, Any] | None
    count: int
    scorer_ids: Sequence[int]


def lock(bulk: BulkTransaction) -> set[int]:
    """The ids of all configurations."""
    return {configuration_id for (configuration_id,) in bulk.rows(LOCK)}


def next_version(bulk: BulkTransaction) -> str:
    return str(bulk.row(NEXT_VERSION)[0])


def version_exists(bulk: BulkTransaction, version: str) -> bool:
    return bool(bulk.row(EXISTS, {"version": version})[0])


def create(
    bulk: BulkTransaction, entries: Sequence[WeightEntry], *, version: str, threshold: float, description: str
) -> int:
    """The new configuration's id."""
    values = {"version": version, "threshold": threshold, "description": description}
    configuration_id = int(bulk.row(CREATE, values)[0])
    providers, weights = [entry.provider for entry in entries], [entry.weight for entry in entries]
    bulk.count(ADD_WEIGHTS, {"configuration_id": configuration_id, "providers": providers, "weights": weights})
    return configuration_id


def change(
    bulk: BulkTransaction,
    configuration_id: int,
    entries: Sequence[WeightEntry],
    *,
    threshold: float,
    updated_at: datetime,
) -> bool:
    """Whether it is still as it was at that time; otherwise nothing is changed."""
    values = {
        "configuration_id": configuration_id,
        "threshold": threshold,
        "updated_at": updated_at,
        "providers": [entry.provider for entry in entries],
        "weights": [entry.weight for entry in entries],
    }
    if not bulk.count(SET_THRESHOLD, values):
        return False
    for writing in (REMOVE_WEIGHTS, SET_WEIGHTS, ADD_WEIGHTS):
        bulk.count(writing, values)
    return True


def clone(bulk: BulkTransaction, configuration_id: int, *, version: str, description: str) -> int:
    values = {"configuration_id": configuration_id, "version": version, "description": description}
    clone_id = int(bulk.row(CLONE, values)[0])
    bulk.count(CLONE_WEIGHTS, {"configuration_id": configuration_id, "clone_id": clone_id})
    return clone_id


def activate(bulk: BulkTransaction, configuration_id: int) -> bool:
    """Whether it was not active before."""
    bulk.count(DEACTIVATE, {"configuration_id": configuration_id})
    return bulk.count(ACTIVATE, {"configuration_id": configuration_id}) > 0


def find_configurations(bulk: BulkTransaction, configuration_ids: Sequence[int]) -> list[Configuration]:
    """Those of the ids, and the active one."""
    rows = bulk.rows(CONFIGURATIONS, {"configuration_ids": list(configuration_ids)})
    return [
        Configuration(id, version, threshold, active, updated_at, json.loads(weights))
        for id, version, threshold, active, updated_at, weights in rows
    ]


def find_scorers(bulk: BulkTransaction, *, limit: int) -> list[AlikeScorers]:
    rows = bulk.rows(SCORERS, {"limit": limit})
    return [
        AlikeScorers(type, excluded, threshold, json.loads(weights) if weights else None, count, ids)
        for type, excluded, threshold, weights, count, ids in rows
    ]
