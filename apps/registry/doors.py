"""Scoring for the UI, the embed service and internal callers: one way, several doors (sections 4.2 to 4.7)."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils import timezone

from apps.registry.evaluation import Evaluation, evaluate, remembered_stamps, save, scoring_rules
from apps.registry.managers.communities import BY_ID, LARGEST_ID, OR_SIBLING, CommunityLookup
from apps.registry.managers.stored_scores import ScoreRow, find_stored_score
from apps.registry.managers.transactions import ScoringTransaction
from apps.registry.scoring.points import are_shown, points_shown
from apps.registry.scoring.records import Snapshot, StoredStamp
from apps.registry.scoring.score_object import stored_score_object
from apps.registry.services import effective_scorer_id, until_undisturbed, user_scorer_id
from scorer_v2.conf import settings
from scorer_v2.database.round_trips import Step
from scorer_v2.http.answers import json_bytes
from scorer_v2.observability.measurements import current
from scorer_v2.primitives.addresses import is_address, lowercase_address
from scorer_v2.primitives.errors import DomainError, InvalidAddress, NotFound, Unauthorized

logger = logging.getLogger("scorer_v2.scoring")

ANOTHERS_ADDRESS = "Address in path does not match address in JWT"
MISCONFIGURED = "Community matching the configured scorer id does not exist! This is probably a misconfiguration!"

LISTED_TYPE = 1  # V1 stamps; V2 rows count for the score and are not listed


class StampLimitExceeded(DomainError):
    """The address would have more stamps, or larger ones, than the limits allow."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A saved score with the stamps that it was computed from."""

    snapshot: Snapshot
    evaluation: Evaluation


def score_community(
    *,
    lookup: CommunityLookup,
    scorer_id: int,
    address: str | None,
    missing: DomainError,
    with_points: bool = False,
    with_documents: bool = False,
    saving: Callable[[Any], Sequence[Step]] | None = None,
) -> Scored:
    """Stores what `saving` gives for the time of now, scores and saves, all or nothing. `with_documents`: those of the
    snapshot's stamps are asked for, whether or not it is known what they say.

    Raises `missing` without a community, then InvalidAddress where `address` is None; DatabaseUnavailable.
    """
    rules = scoring_rules()

    def attempt() -> Scored:
        now = timezone.now()
        remembered = None if with_documents else remembered_stamps(address, now=now)
        with ScoringTransaction(
            address=address, now=now, points_wanted=rules.points_enabled, remembered=remembered
        ) as transaction:
            steps = saving(now) if saving is not None else ()
            opened = transaction.open(lookup=lookup, scorer_id=scorer_id, saving=steps)
            if opened.snapshot is None:
                raise missing
            if address is None:
                raise InvalidAddress
            if steps:
                refuse_beyond_limits(opened.snapshot)
            evaluation = evaluate(transaction, opened.snapshot, rules=rules, with_points=with_points)
            save(transaction, evaluation, opened=opened)
            return Scored(opened.snapshot, evaluation)

    return until_undisturbed(attempt)


def refuse_beyond_limits(snapshot: Snapshot) -> None:
    """Raise StampLimitExceeded where the address has, with the stamps just stored, more than the limits allow."""
    if not snapshot.left_out:
        return
    most, largest = settings.MAX_STAMPS_PER_ADDRESS, settings.MAX_STAMP_BYTES_PER_ADDRESS
    live = len(snapshot.stamps) + snapshot.left_out
    if live > most:
        raise StampLimitExceeded(f"The address would have {live} live stamps; {most} are allowed. Nothing was stored.")
    raise StampLimitExceeded(
        f"The live stamps of the address would be larger than the {largest} bytes that are allowed in all, or than the "
        f"{settings.MAX_STAMP_BYTES} bytes that are allowed for one. Nothing was stored."
    )


def score_for_embed(*, scorer_id: int, address: str) -> bytes:
    """The JSON of stamps and score for the embed service (4.2). Raises DomainError for an unknown scorer, then
    InvalidAddress."""
    scored = score_community(
        lookup=OR_SIBLING,
        scorer_id=effective_scorer_id(scorer_id),
        address=address_or_none(address),
        missing=DomainError("Invalid scorer_id"),
        with_documents=True,
    )
    return stamps_and_score(scored)


def score_internally(*, scorer_id: int, address: str) -> bytes:
    """The JSON of the score object, without points (4.7). Raises NotFound, InvalidAddress, and DomainError with
    status 500 for an error of the data, whose row is stored."""
    missing = NotFound("No Community matches the given query.")
    if scorer_id < 0:
        raise missing
    scored = score_community(lookup=BY_ID, scorer_id=scorer_id, address=address_or_none(address), missing=missing)
    if scored.evaluation.error is not None:
        raise DomainError("Failed to calculate score.", status=500)
    return json_bytes(scored.evaluation.answer)


def score_for_user(*, token_address: str, address: str, alternate_scorer_id: int | None) -> bytes:
    """The JSON of the score object, as stored where that is still good (4.6).

    Raises, in this order: InvalidAddress, Unauthorized for another's address (D4), NotFound without the community;
    DatabaseUnavailable, and DomainError for whatever else keeps it from being answered.
    """
    lowered = lowercase_address(address)
    if lowered != token_address:
        raise Unauthorized(ANOTHERS_ADDRESS)
    scorer_id = alternate_scorer_id or user_scorer_id()
    try:
        return json_bytes(_score_for_user(scorer_id=scorer_id, address=lowered))
    except DomainError:
        raise
    except Exception as error:
        logger.exception("a score could not be answered")
        raise DomainError("Unable to get score for provided scorer.") from error


def _score_for_user(*, scorer_id: int, address: str) -> dict[str, Any]:
    missing = NotFound(MISCONFIGURED)
    if abs(scorer_id) > LARGEST_ID:
        raise missing
    current().community = scorer_id
    rules = scoring_rules()
    stored = find_stored_score(scorer_id=scorer_id, address=address, points_wanted=rules.points_enabled)
    if stored is None:
        raise missing
    if stored.row is None or _has_expired(stored.row):
        scored = score_community(
            lookup=OR_SIBLING, scorer_id=scorer_id, address=address, missing=missing, with_points=True
        )
        return scored.evaluation.answer
    shown = are_shown(asked=True, rules=rules, human_points_program=stored.human_points_program)
    points = points_shown(stored.points) if shown else (None, None)
    return stored_score_object(
        address=address,
        evidence=stored.row.evidence,
        stamps=_answerable(stored.row.stamps),
        error=stored.row.error,
        last_score_timestamp=stored.row.last_score_timestamp,
        expiration_date=stored.row.expiration_date,
        points_data=points[0],
        possible_points_data=points[1],
    )


def _answerable(stamps: str | None) -> Any:
    """The database's own text. Of what is no object it matters whether it is nothing."""
    if stamps is not None and stamps.startswith("{"):
        return orjson.Fragment(stamps)
    return None if stamps is None else json.loads(stamps)


def address_or_none(address: str) -> str | None:
    """The lowercased address; None for one that is invalid, where a missing community is reported first."""
    return address.lower() if is_address(address.lower()) else None


def _has_expired(row: ScoreRow) -> bool:
    return row.expiration_date is not None and row.expiration_date < timezone.now()


def stamps_and_score(scored: Scored) -> bytes:
    """The JSON of `{"success", "stamps", "score"}`: each credential is the database's own text (section 4.2)."""
    address = scored.snapshot.address
    stamps = [_listed(stamp, address) for stamp in scored.snapshot.stamps if stamp.type == LISTED_TYPE]
    return json_bytes({"success": True, "stamps": stamps, "score": scored.evaluation.answer})


def _listed(stamp: StoredStamp, address: str) -> dict[str, Any]:
    return {"id": stamp.id, "address": address, "provider": stamp.provider, "stamp": orjson.Fragment(stamp.document)}
