"""SQL of the active weight configuration."""

from dataclasses import dataclass

from scorer_v2.database.bulk import BulkTransaction
from scorer_v2.database.round_trips import statement

# The active configuration, held so that nobody activates another one meanwhile.
ACTIVE = statement(
    "scorer_weighted.active_weights",
    """
    SELECT configuration.version, round(configuration.threshold::numeric, 5),
           (SELECT count(*) FROM registry_weightconfigurationitem item
             WHERE item.weight_configuration_id = configuration.id),
           (SELECT jsonb_object_agg(item.provider, item.weight) FROM registry_weightconfigurationitem item
             WHERE item.weight_configuration_id = configuration.id)::text
    FROM registry_weightconfiguration configuration WHERE configuration.active FOR SHARE
    """,
)

# How many scorers of either kind there are, how many keep their weights, and how many the copy would change.
COMPARE = statement(
    "scorer_weighted.compare_active_weights",
    """
    SELECT count(*), count(*) FILTER (WHERE scorer.exclude_from_weight_updates),
           count(*) FILTER (WHERE NOT scorer.exclude_from_weight_updates AND (
               (weighted.weights IS DISTINCT FROM %(weights)s::jsonb AND weighted.scorer_ptr_id IS NOT NULL)
               OR (binary_weighted.scorer_ptr_id IS NOT NULL
                   AND (binary_weighted.weights, binary_weighted.threshold)
                       IS DISTINCT FROM (%(weights)s::jsonb, %(threshold)s::numeric))))
    FROM scorer_weighted_scorer scorer
    LEFT JOIN scorer_weighted_weightedscorer weighted ON weighted.scorer_ptr_id = scorer.id
    LEFT JOIN scorer_weighted_binaryweightedscorer binary_weighted ON binary_weighted.scorer_ptr_id = scorer.id
    """,
)

# Copies the weights to the scorers of type WEIGHTED that take part; they keep their threshold.
COPY_TO_WEIGHTED = statement(
    "scorer_weighted.copy_to_weighted",
    """
    UPDATE scorer_weighted_weightedscorer concrete SET weights = %(weights)s::jsonb
    FROM scorer_weighted_scorer scorer
    WHERE scorer.id = concrete.scorer_ptr_id AND NOT scorer.exclude_from_weight_updates
      AND concrete.weights IS DISTINCT FROM %(weights)s::jsonb
    """,
)

# Copies weights and threshold to the binary scorers that take part.
COPY_TO_BINARY = statement(
    "scorer_weighted.copy_to_binary",
    """
    UPDATE scorer_weighted_binaryweightedscorer concrete
    SET weights = %(weights)s::jsonb, threshold = %(threshold)s::numeric
    FROM scorer_weighted_scorer scorer
    WHERE scorer.id = concrete.scorer_ptr_id AND NOT scorer.exclude_from_weight_updates
      AND (concrete.weights, concrete.threshold) IS DISTINCT FROM (%(weights)s::jsonb, %(threshold)s::numeric)
    """,
)


@dataclass(frozen=True, slots=True)
class ActiveConfiguration:
    """A version's weights as JSON text, None without any, and its threshold with five places as text."""

    version: str
    threshold: str
    providers: int
    weights: str | None


def find_active(bulk: BulkTransaction) -> ActiveConfiguration | None:
    rows = bulk.rows(ACTIVE)
    if not rows:
        return None
    version, threshold, providers, weights = rows[0]
    return ActiveConfiguration(version, str(threshold), providers, weights)


def compare(bulk: BulkTransaction, active: ActiveConfiguration) -> tuple[int, int, int]:
    """How many scorers there are, are excluded, and would change."""
    scorers, excluded, changing = bulk.row(COMPARE, _values(active))
    return scorers, excluded, changing


def copy(bulk: BulkTransaction, active: ActiveConfiguration) -> None:
    bulk.count(COPY_TO_WEIGHTED, _values(active))
    bulk.count(COPY_TO_BINARY, _values(active))


def _values(active: ActiveConfiguration) -> dict[str, str | None]:
    return {"weights": active.weights, "threshold": active.threshold}
