"""Copying the active weights to the scorers (contract, section 6.8)."""

from dataclasses import dataclass

from scorer_v2.database.bulk import BulkTransaction, transaction
from scorer_v2.database.round_trips import statement
from scorer_v2.primitives.errors import DomainError

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


class NoActiveWeights(DomainError):
    """There is nothing that could be copied."""

    status = 409
    detail = "There is no active weight configuration with weights."


@dataclass(frozen=True, slots=True)
class CopiedWeights:
    """What was copied, and to how many scorers. `unchanged` had these weights already, `excluded` keep their own."""

    version: str
    providers: int
    threshold: str
    changed: int
    unchanged: int
    excluded: int


def copy_active_weights(*, dry_run: bool = False) -> CopiedWeights:
    """Copies the active configuration's weights to every scorer that is not excluded from updates, and its threshold to
    the binary ones of them. No score is computed again by this. Doing it again changes nothing.

    Runs inside an open transaction, or in one of its own. Raises NoActiveWeights, and DatabaseUnavailable.
    """
    with transaction() as bulk:
        active = find_active(bulk)
        if active is None or active.weights is None:
            raise NoActiveWeights
        scorers, excluded, changing = compare(bulk, active)
        if changing and not dry_run:
            copy(bulk, active)
    return CopiedWeights(
        version=active.version,
        providers=active.providers,
        threshold=active.threshold,
        changed=changing,
        unchanged=scorers - excluded - changing,
        excluded=excluded,
    )
