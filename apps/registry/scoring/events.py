"""Data of the events that a scoring leaves (sections 3.5 and 3.9)."""

from collections.abc import Iterable
from typing import Any

from apps.registry.scoring.records import Score, ValidStamp
from apps.registry.scoring.scores import latest_by_credential_provider
from apps.registry.scoring.times import iso_ms


def deduplication_events(deduplicated: Iterable[ValidStamp], *, community_id: int) -> tuple[dict[str, Any], ...]:
    """Data of the `LDP` events: one for each deduplicated provider of a credential, for the later stamp of two."""
    return tuple(
        {"nullifiers": list(stamp.nullifiers), "provider": provider, "community_id": community_id}
        for provider, stamp in latest_by_credential_provider(deduplicated).items()
    )


def score_update_fields(score: Score) -> dict[str, Any]:
    """The `fields` of the `SCU` event, without `passport`, whose id only the database knows."""
    return {
        "score": "1" if score.passing else "0",
        "last_score_timestamp": iso_ms(score.computed_at),
        "status": "DONE",
        "error": None,
        "evidence": score.evidence,
        "stamp_scores": score.stamp_scores,
        "stamps": score.stamps,
        "expiration_date": None if score.expires_at is None else iso_ms(score.expires_at),
    }
