"""The score row of a computed score (section 3.8)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.registry.scoring.records import Deduplication, Score, ValidStamp
from apps.registry.scoring.times import iso
from apps.registry.scoring.weights import add_up, five_places

NOTHING = "0.00000"


def build_score(
    deduplication: Deduplication, *, weights: Mapping[str, Decimal], threshold: Decimal, now: datetime
) -> Score:
    """The score of the kept stamps. `weights` has the exact weight of each of their providers, in stamp order."""
    total = add_up(weights.values())
    passing = total >= threshold
    stamp_scores = {provider: float(weight) for provider, weight in weights.items()}
    return Score(
        passing=passing,
        evidence={
            "type": "ThresholdScoreCheck",
            "success": passing,
            "rawScore": str(total),
            "threshold": five_places(threshold),
        },
        stamp_scores=stamp_scores,
        stamps=_stamp_entries(deduplication, stamp_scores),
        expires_at=min((stamp.expires_at for stamp in deduplication.kept), default=None),
        computed_at=now,
    )


def latest_by_credential_provider(stamps: Iterable[ValidStamp]) -> dict[str, ValidStamp]:
    """The later of the deduplicated stamps that share a credential's provider, in the order of the first ones."""
    return {stamp.credential_provider: stamp for stamp in stamps}


def _stamp_entries(deduplication: Deduplication, stamp_scores: Mapping[str, float]) -> dict[str, dict[str, Any]]:
    """Kept stamps by the row's provider, then deduplicated ones by the credential's.

    Where the two meet, the kept one keeps its score and takes the other's mark and date. The date of a kept stamp is
    the parsed one, that of a deduplicated one the text as the credential has it.
    """
    entries: dict[str, dict[str, Any]] = {
        stamp.provider: {
            "score": _five_places(stamp_scores[stamp.provider]),
            "dedup": False,
            "expiration_date": iso(stamp.expires_at),
        }
        for stamp in deduplication.kept
    }
    for provider, stamp in latest_by_credential_provider(deduplication.deduplicated).items():
        score = entries[provider]["score"] if provider in entries else NOTHING
        entries[provider] = {"score": score, "dedup": True, "expiration_date": stamp.expiration_text}
    return entries


def _five_places(stamp_score: float) -> str:
    """Floats are formatted by their exact binary value, half to even: as `Decimal(stamp_score)` would be."""
    return f"{stamp_score:.5f}"
