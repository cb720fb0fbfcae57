"""SQL of scorers."""

from dataclasses import dataclass

from scorer_v2.database.round_trips import fetch, statement

LARGEST_ID = 2**63 - 1

# The weights of the scorer of a community, without the community's own; null where the scorer has none.
WEIGHTS_OF = statement(
    "scorer_weighted.weights_of",
    """
    SELECT CASE scorer.type WHEN 'WEIGHTED' THEN weighted.weights
                            WHEN 'WEIGHTED_BINARY' THEN binary_weighted.weights END::text
    FROM account_community community
    JOIN scorer_weighted_scorer scorer ON scorer.id = community.scorer_id
    LEFT JOIN scorer_weighted_weightedscorer weighted ON weighted.scorer_ptr_id = scorer.id
    LEFT JOIN scorer_weighted_binaryweightedscorer binary_weighted ON binary_weighted.scorer_ptr_id = scorer.id
    WHERE community.id = %(community_id)s
    """,
)


@dataclass(frozen=True, slots=True)
class StoredWeights:
    """The JSON text of a scorer's weights; None where it has none."""

    text: str | None


def find_weights(community_id: int) -> StoredWeights | None:
    """None where there is no such community. Raises DatabaseUnavailable."""
    if abs(community_id) > LARGEST_ID:
        return None
    rows = fetch(WEIGHTS_OF, {"community_id": community_id})
    return StoredWeights(*rows[0]) if rows else None
