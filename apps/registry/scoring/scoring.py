"""The scoring pipeline: from a snapshot of the rows to an outcome (section 3)."""

from collections.abc import Sequence
from datetime import datetime

from apps.registry.scoring.deduplication import deduplicate
from apps.registry.scoring.errors import ScoringError
from apps.registry.scoring.events import deduplication_events, score_update_fields
from apps.registry.scoring.known_credentials import KnownCredentials
from apps.registry.scoring.points import award, hinges_on_metamask_count
from apps.registry.scoring.records import Outcome, ScoringRules, Snapshot, StoredStamp, ValidStamp
from apps.registry.scoring.scores import build_score
from apps.registry.scoring.selection import select_newest
from apps.registry.scoring.validity import NOTHING_KNOWN, ProofFault, examine, examine_attested
from apps.registry.scoring.weights import weigh

__all__ = ["ProofFault", "ScoringError", "compute", "needs_metamask_count", "outcome_of", "valid_stamps"]

LIFO = "LIFO"


def compute(
    snapshot: Snapshot,
    *,
    rules: ScoringRules,
    now: datetime,
    proof_fault: ProofFault,
    known: KnownCredentials = NOTHING_KNOWN,
) -> Outcome:
    """Scores an address in a community, as of `now` (with a zone). `known` saves verifying a proof again.

    Raises ScoringError for an error of the data (3.10): first of all for a rule that is not LIFO, then for weights
    that are missing or, among those of kept stamps, not numeric.
    """
    _check_rule(snapshot)
    stamps = valid_stamps(snapshot, rules=rules, now=now, proof_fault=proof_fault, known=known)
    return outcome_of(stamps, snapshot=snapshot, rules=rules, now=now)


def outcome_of(stamps: Sequence[ValidStamp], *, snapshot: Snapshot, rules: ScoringRules, now: datetime) -> Outcome:
    """Scores valid stamps: the second half of `compute`, for who looked at the stamps before it had the links.

    Raises ScoringError as `compute` does.
    """
    _check_rule(snapshot)
    deduplication = deduplicate(stamps, address=snapshot.address, links=snapshot.links, now=now)
    kept = deduplication.kept
    weights = weigh((stamp.provider for stamp in kept), weights=snapshot.weights, overlay=snapshot.overlay)
    score = build_score(deduplication, weights=weights, threshold=snapshot.threshold, now=now)
    return Outcome(
        deduplication=deduplication,
        score=score,
        dedup_events=deduplication_events(deduplication.deduplicated, community_id=snapshot.community_id),
        score_fields=score_update_fields(score),
        award=award(snapshot, kept=kept, passing=score.passing, rules=rules, now=now),
    )


def valid_stamps(
    snapshot: Snapshot, *, rules: ScoringRules, now: datetime, proof_fault: ProofFault, known: KnownCredentials
) -> list[ValidStamp]:
    """The newest stamp of each provider, where it is valid (3.2 and 3.3)."""
    address = snapshot.address

    def examined(stamp: StoredStamp) -> ValidStamp | str:
        if stamp.attestation is not None:
            return examine_attested(stamp, stamp.attestation, address=address, rules=rules, now=now)
        return examine(stamp, address=address, rules=rules, now=now, proof_fault=proof_fault, known=known)

    return [stamp for stamp in map(examined, select_newest(snapshot.stamps)) if isinstance(stamp, ValidStamp)]


def needs_metamask_count(snapshot: Snapshot, outcome: Outcome, rules: ScoringRules) -> bool:
    """Whether the MetaMask award depends on `snapshot.points.metamask_awards`, which is None.

    If so, count the awards under their lock, fill the number in, and compute again.
    """
    score = outcome.score
    return hinges_on_metamask_count(snapshot, passing=score.passing, rules=rules, now=score.computed_at)


def _check_rule(snapshot: Snapshot) -> None:
    if snapshot.rule != LIFO:
        raise ScoringError("Invalid rule")
