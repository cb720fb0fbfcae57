"""Score an address, for partners, the embed service, users and internal callers (behaviour 4.1 to 4.7).

All go through one frame, `score`: open (lock the passport and load the snapshot), evaluate, save and commit. What
differs between them is how they open it, in which order they refuse, and what they answer.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, TypeVar

import orjson
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from pydantic import TypeAdapter, ValidationError

from apps.account import services as account
from apps.account.analytics import PartnerRequest, analytics_entry
from apps.account.keys import KeyRow, PresentedKey, has_digest, is_usable
from apps.account.managers import AnalyticsEntry
from apps.account.rate_limits import RateLimited, enforce_limit, known_limits
from apps.registry.evaluation import Evaluation, evaluate, remembered_stamps, scoring_rules
from apps.registry.managers.communities import BY_ID, LARGEST_ID, OR_SIBLING, CommunityLookup
from apps.registry.managers.stored_scores import ScoreRow, find_stored_score
from apps.registry.managers.transactions import ScoringTransaction
from apps.registry.scoring.points import are_shown, points_shown
from apps.registry.scoring.records import Snapshot, StoredStamp
from apps.registry.scoring.score_object import stored_score_object
from scorer_v2.conf import settings
from scorer_v2.database.round_trips import Step
from scorer_v2.http.answers import json_bytes
from scorer_v2.observability.measurements import current
from scorer_v2.primitives.addresses import is_address, lowercase_address
from scorer_v2.primitives.errors import (
    Conflict,
    DatabaseSilent,
    DatabaseUnavailable,
    DomainError,
    InvalidAddress,
    NotFound,
    Unauthorized,
)

logger = logging.getLogger("scorer_v2.scoring")

NO_SCORER = "No scorer matches the given criteria."
UNEXPECTED = "Unexpected error while submitting passport"
OTHER_ADDRESS = "Address in path does not match address in JWT"
MISCONFIGURED = "Community matching the configured scorer id does not exist! This is probably a misconfiguration!"

LISTED_TYPE = 1  # V1 stamps; V2 rows count for the score and are not listed

_INTEGER = TypeAdapter(int)

Answer = TypeVar("Answer")


class StampLimitExceeded(DomainError):
    """The address would have more stamps, or larger ones, than the limits allow."""

    status = 400


class UnknownScorerText(DomainError):
    """A scorer id that is no number, and no external id of the caller's communities."""

    status = 422
    reason = "int_parsing at path.scorer_id"
    detail = (
        {
            "type": "int_parsing",
            "loc": ["path", "scorer_id"],
            "msg": "Input should be a valid integer, unable to parse string as an integer",
        },
    )


@dataclass(frozen=True, slots=True)
class Scored:
    """A saved score with the stamps that it was computed from."""

    snapshot: Snapshot
    evaluation: Evaluation


def score(
    *,
    address: str | None,
    open_scoring: Callable[[ScoringTransaction], Snapshot],
    analytics_of: Callable[[Evaluation, datetime], AnalyticsEntry | None] | None = None,
    with_points: bool = False,
    with_documents: bool = False,
) -> Scored:
    """Open, evaluate and save one score in two round trips, all or nothing; start over after a conflict.

    `open_scoring` locks and loads, or raises why the caller is refused. `analytics_of` gives the analytics row to
    store with the score. `with_documents` loads the texts of stamps that this process already knows.
    Raises DatabaseUnavailable.
    """
    rules = scoring_rules()

    def attempt() -> Scored:
        now = timezone.now()
        remembered = None if with_documents else remembered_stamps(address, now=now)
        with ScoringTransaction(
            address=address, now=now, points_wanted=rules.points_enabled, remembered=remembered
        ) as transaction:
            snapshot = open_scoring(transaction)
            evaluation = evaluate(transaction, snapshot, rules=rules, with_points=with_points)
            entry = analytics_of(evaluation, now) if analytics_of is not None else None
            transaction.save(outcome=evaluation.outcome, error=evaluation.error, analytics=entry)
            return Scored(snapshot, evaluation)

    return retry_on_conflict(attempt)


def retry_on_conflict(attempt: Callable[[], Answer]) -> Answer:
    """Start over when another request changed what was read. Raises DatabaseUnavailable after SCORING_ATTEMPTS."""
    for _ in range(settings.SCORING_ATTEMPTS):
        try:
            return attempt()
        except Conflict as conflict:
            current().restarts += 1
            logger.info("retrying a scoring after a conflict", extra={"conflict": str(conflict)})
    raise DatabaseUnavailable


def score_community(
    *,
    lookup: CommunityLookup,
    scorer_id: int,
    address: str | None,
    missing: DomainError,
    with_points: bool = False,
    with_documents: bool = False,
    saving: Callable[[datetime], Sequence[Step]] | None = None,
) -> Scored:
    """Score an address in a community, after storing what `saving` gives for the time of now.

    Raises `missing` without a community, then InvalidAddress where `address` is None; DatabaseUnavailable.
    """

    def open_scoring(transaction: ScoringTransaction) -> Snapshot:
        steps = saving(transaction.now) if saving is not None else ()
        transaction.open(lookup=lookup, scorer_id=scorer_id, saving=steps)
        if transaction.snapshot is None:
            raise missing
        if address is None:
            raise InvalidAddress
        if steps:
            refuse_beyond_limits(transaction.snapshot)
        return transaction.snapshot

    return score(address=address, open_scoring=open_scoring, with_points=with_points, with_documents=with_documents)


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


# Partners: endpoint 1 -------------------------------------------------------------------------------------------------
def score_for_partner(
    *, key: PresentedKey, scorer: str, address: str, include_human_points: bool, request: PartnerRequest
) -> bytes:
    """Return the score object as JSON (behaviour 4.1). `scorer` is an id or an external id, as the path has it.

    Raises, in this order: InvalidApiKey, PermissionDenied, RateLimited, NotFound or UnknownScorerText, InvalidAddress;
    and DatabaseUnavailable, or DomainError with status 500. Nothing is written then but an analytics row.
    """
    call = _PartnerCall(key=key, scorer=scorer, request=request)
    try:
        call.enforce_rate_limit()
        scored = score(
            address=address_or_none(address),
            open_scoring=call.open,
            analytics_of=call.answered,
            with_points=include_human_points,
        )
        return json_bytes(scored.evaluation.answer)
    except DatabaseSilent:
        raise
    except DatabaseUnavailable as failure:
        call.record(status=failure.status, error=str(failure.detail))
        raise
    except DomainError:
        raise
    except Exception as error:
        logger.exception("a scoring failed")
        call.record(status=500, error=UNEXPECTED)
        raise DomainError(UNEXPECTED, status=500) from error


class _PartnerCall:
    """A partner's request: its key, and the analytics rows that tell what became of it."""

    def __init__(self, *, key: PresentedKey, scorer: str, request: PartnerRequest) -> None:
        self.key = key
        self.scorer_id = scorer_of_path(scorer)
        self.request = request
        self.row: KeyRow | None = None

    def enforce_rate_limit(self) -> None:
        """Count the request before anything is locked or loaded. Raises InvalidApiKey, PermissionDenied, RateLimited.

        A key that this process did not prove lately is proven first, with one round trip of its own, so that a wrong
        key is never counted. A request beyond the limit proves its key again: it may have been revoked meanwhile.
        """
        if not settings.RATELIMIT_ENABLE:
            return
        now = timezone.now()
        limit = known_limits.recall(self.key.digest)
        if limit is None:
            limit = self._proven(now)
        try:
            enforce_limit(prefix=self.key.prefix, rate_limit=limit, now=now)
        except RateLimited as limited:
            if self.row is None:
                self._proven(now)
            self.record(status=limited.status, error="")
            raise

    def open(self, transaction: ScoringTransaction) -> Snapshot:
        """Prove the key (an old one by PBKDF2, with nothing locked meanwhile), then lock and load.

        Raises InvalidApiKey, PermissionDenied, NotFound, InvalidAddress.
        """
        self.row = transaction.open_for_key(key=self.key, scorer_id=self.scorer_id)
        proven = has_digest(self.row, self.key)
        if self.row is not None and account.needs_pbkdf2(self.row):
            proven = account.proves_by_pbkdf2(row=self.row, key=self.key)
            if proven and is_usable(self.row, now=transaction.now):
                transaction.migrate_and_reopen(row=self.row, key=self.key, scorer_id=self.scorer_id)
        refusal = account.refusal_of(self.row, proven=proven, now=transaction.now, to_read_scores=True)
        if refusal is not None:
            self._refuse(transaction, refusal.error, refusal.reason)
        if transaction.snapshot is None:
            self._refuse_unknown_scorer(transaction)
        if transaction.address is None:
            self._refuse(transaction, InvalidAddress(), InvalidAddress.detail)
        return transaction.snapshot

    def answered(self, evaluation: Evaluation, now: datetime) -> AnalyticsEntry | None:
        """Return the analytics row of a score that is answered."""
        return self._entry(now, status=200, error=None, response=json_bytes(evaluation.answer).decode())

    def record(self, *, status: int, error: str) -> None:
        """Store an analytics row by itself, as well as possible: the database may be what failed."""
        entry = self._entry(timezone.now(), status=status, error=error)
        if entry is not None:
            account.record_quietly(entry)

    def _proven(self, now: datetime) -> str:
        self.row = account.prove_key(key=self.key, request=self.request, now=now, to_read_scores=True)
        limit = (self.row.rate_limit if self.row is not None else None) or ""
        known_limits.keep(self.key.digest, limit)
        return limit

    def _refuse_unknown_scorer(self, transaction: ScoringTransaction) -> NoReturn:
        """Raise NotFound for a number, and UnknownScorerText, which leaves no analytics row, for a text."""
        if isinstance(self.scorer_id, int):
            self._refuse(transaction, NotFound(NO_SCORER), NO_SCORER)
        transaction.abandon(None)
        raise UnknownScorerText

    def _refuse(self, transaction: ScoringTransaction, error: DomainError, text: str) -> NoReturn:
        transaction.abandon(self._entry(transaction.now, status=error.status, error=text))
        raise error

    def _entry(
        self, now: datetime, *, status: int, error: str | None, response: str | None = None
    ) -> AnalyticsEntry | None:
        return analytics_entry(
            key=self.row, request=self.request, now=now, status=status, error=error, response=response
        )


# The embed service and internal callers: endpoints 2 and 7 ------------------------------------------------------------
def score_for_embed(*, scorer_id: int, address: str) -> bytes:
    """Return stamps and score for the embed service as JSON (behaviour 4.2).

    Raises DomainError for an unknown scorer, then InvalidAddress; DatabaseUnavailable.
    """
    scored = score_community(
        lookup=OR_SIBLING,
        scorer_id=effective_scorer_id(scorer_id),
        address=address_or_none(address),
        missing=DomainError("Invalid scorer_id"),
        with_documents=True,
    )
    return stamps_and_score(scored)


def score_internally(*, scorer_id: int, address: str) -> bytes:
    """Return the score object without points as JSON (behaviour 4.7).

    Raises NotFound, InvalidAddress, and DomainError with status 500 for an error of the data, whose row is stored.
    """
    missing = NotFound("No Community matches the given query.")
    if scorer_id < 0:
        raise missing
    scored = score_community(lookup=BY_ID, scorer_id=scorer_id, address=address_or_none(address), missing=missing)
    if scored.evaluation.error is not None:
        raise DomainError("Failed to calculate score.", status=500)
    return json_bytes(scored.evaluation.answer)


def stamps_and_score(scored: Scored) -> bytes:
    """Return `{"success", "stamps", "score"}` as JSON; each credential is the database's own text (behaviour 4.2)."""
    address = scored.snapshot.address
    stamps = [_listed(stamp, address) for stamp in scored.snapshot.stamps if stamp.type == LISTED_TYPE]
    return json_bytes({"success": True, "stamps": stamps, "score": scored.evaluation.answer})


def _listed(stamp: StoredStamp, address: str) -> dict[str, Any]:
    return {"id": stamp.id, "address": address, "provider": stamp.provider, "stamp": orjson.Fragment(stamp.document)}


# Users: endpoint 6 ----------------------------------------------------------------------------------------------------
def score_for_user(*, token_address: str, address: str, alternate_scorer_id: int | None) -> bytes:
    """Return the score object as JSON, as stored where that is still good (behaviour 4.6).

    Raises, in this order: InvalidAddress, Unauthorized for another's address (D4), NotFound without the community;
    DatabaseUnavailable, and DomainError for any other failure.
    """
    lowered = lowercase_address(address)
    if lowered != token_address:
        raise Unauthorized(OTHER_ADDRESS)
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
    """Return the database's own text. For a non-object only null or not null matters."""
    if stamps is not None and stamps.startswith("{"):
        return orjson.Fragment(stamps)
    return None if stamps is None else json.loads(stamps)


def _has_expired(row: ScoreRow) -> bool:
    return row.expiration_date is not None and row.expiration_date < timezone.now()


# What the endpoints share ---------------------------------------------------------------------------------------------
def scorer_of_path(text: str) -> int | str:
    """Return the scorer id of a path: a number, negative ones replaced (D9), or any other text as an external id."""
    try:
        return effective_scorer_id(_INTEGER.validate_python(text))
    except ValidationError:
        return text


def effective_scorer_id(scorer_id: int) -> int:
    """Return the demo scorer's id for a negative one (D9). Without a demo scorer it stays negative, found nowhere."""
    if scorer_id >= 0 or settings.DEMO_API_SCORER_ID is None:
        return scorer_id
    return int(settings.DEMO_API_SCORER_ID)


def user_scorer_id() -> int:
    """Return the UI's community. Raises ImproperlyConfigured without one."""
    if settings.CERAMIC_CACHE_SCORER_ID is None:
        raise ImproperlyConfigured("The setting CERAMIC_CACHE_SCORER_ID is missing.")
    return settings.CERAMIC_CACHE_SCORER_ID


def address_or_none(address: str) -> str | None:
    """Return the lowercased address; None for an invalid one, where a missing community is reported first."""
    return address.lower() if is_address(address.lower()) else None
