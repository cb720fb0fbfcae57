"""Scores as they are stored."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.registry.managers.snapshots import AWARDING_LISTS, POINTS, points_from
from apps.registry.scoring.records import PointsState
from scorer_v2.database.round_trips import fetch, statement

# A community by id, the address's score in it if there is one, and the address's points if they may be shown.
_STORED_SCORE = statement(
    "registry.stored_score",
    """
    SELECT community.human_points_program, score.id IS NOT NULL, score.evidence::text, score.stamps::text, score.error,
           score.last_score_timestamp, score.expiration_date, {points}
    FROM account_community community
    LEFT JOIN registry_passport passport ON passport.community_id = community.id AND passport.address = %(address)s
    LEFT JOIN registry_score score ON score.passport_id = passport.id
    WHERE community.id = %(scorer_id)s
    """.format(points=POINTS.format(wanted="community.human_points_program AND %(points_wanted)s")),
)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """What is answered of a row of `registry_score`; `evidence` is parsed, `stamps` are JSON."""

    evidence: Any
    stamps: str | None
    error: str | None
    last_score_timestamp: datetime | None
    expiration_date: datetime | None


@dataclass(frozen=True, slots=True)
class StoredScore:
    """A community and, where it exists, the address's score in it."""

    human_points_program: bool
    row: ScoreRow | None
    points: PointsState


def find_stored_score(*, scorer_id: int, address: str, points_wanted: bool) -> StoredScore | None:
    """None without the community. One round trip."""
    values = {
        "scorer_id": scorer_id,
        "address": address,
        "points_wanted": points_wanted,
        "awarding_lists": AWARDING_LISTS,
    }
    rows = fetch(_STORED_SCORE, values)
    if not rows:
        return None
    program, exists, evidence, stamps, error, scored_at, expires_at, *points = rows[0]
    row = ScoreRow(_parsed(evidence), stamps, error, scored_at, expires_at) if exists else None
    return StoredScore(program, row, points_from(points))


def _parsed(text: str | None) -> Any:
    return json.loads(text) if text is not None else None
