"""SQL of rescorings."""

from collections.abc import Sequence

from scorer_v2.database.bulk import transaction
from scorer_v2.database.round_trips import statement

# Counts no further than anybody needs to know.
COUNT_PASSPORTS = statement(
    "registry.count_passports_to_rescore",
    """
    SELECT count(*) FROM (
        SELECT FROM registry_passport
        WHERE community_id = ANY(%(community_ids)s::bigint[]) AND address IS NOT NULL LIMIT %(most)s
    ) counted
    """,
)

# The passports of scores, by community.
PASSPORTS_OF_SCORES = statement(
    "registry.passports_of_scores",
    """
    SELECT passport.community_id, array_agg(passport.id ORDER BY passport.id)
    FROM registry_score score JOIN registry_passport passport ON passport.id = score.passport_id
    WHERE score.id = ANY(%(score_ids)s::bigint[]) AND passport.community_id IS NOT NULL
    GROUP BY passport.community_id ORDER BY passport.community_id
    """,
)


def count_passports(community_ids: Sequence[int], *, most: int) -> int:
    """Raises DatabaseUnavailable."""
    with transaction() as bulk:
        return int(bulk.row(COUNT_PASSPORTS, {"community_ids": list(community_ids), "most": most})[0])


def passports_of_scores(score_ids: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Communities and their passports. Raises DatabaseUnavailable."""
    with transaction() as bulk:
        rows = bulk.rows(PASSPORTS_OF_SCORES, {"score_ids": list(score_ids)})
    return [(community_id, ids) for community_id, ids in rows]
