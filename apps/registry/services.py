"""The rules of the scoring doors: who may have which community scored, and in which order things are refused."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import NoReturn, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from apps.account import services as account
from apps.account.analytics import PartnerRequest, analytics_entry
from apps.account.keys import KeyRow, PresentedKey, has_digest, is_usable
from apps.account.managers import AnalyticsEntry
from apps.account.rate_limits import RateLimited, enforce_limit
from apps.registry.evaluation import evaluate, remembered_stamps, save, scoring_rules
from apps.registry.managers.transactions import OpenedScoring, ScoringTransaction
from apps.registry.scoring.records import Snapshot
from scorer_v2.conf import settings
from scorer_v2.http.answers import json_bytes
from scorer_v2.observability.measurements import current
from scorer_v2.primitives.addresses import is_address
from scorer_v2.primitives.errors import (
    Conflict,
    DatabaseSilent,
    DatabaseUnavailable,
    DomainError,
    InvalidAddress,
    NotFound,
)

logger = logging.getLogger("scorer_v2.scoring")

NO_SCORER = "No scorer matches the given criteria."
UNEXPECTED = "Unexpected error while submitting passport"

Answer = TypeVar("Answer")


def effective_scorer_id(scorer_id: int) -> int:
    """A negative id means the demo scorer (D9). Without one it stays negative, and is found nowhere."""
    if scorer_id >= 0 or settings.DEMO_API_SCORER_ID is None:
        return scorer_id
    return int(settings.DEMO_API_SCORER_ID)


def user_scorer_id() -> int:
    """The UI's community. Raises ImproperlyConfigured without one."""
    if settings.CERAMIC_CACHE_SCORER_ID is None:
        raise ImproperlyConfigured("The setting CERAMIC_CACHE_SCORER_ID is missing.")
    return settings.CERAMIC_CACHE_SCORER_ID


def until_undisturbed(attempt: Callable[[], Answer]) -> Answer:
    """Starts over when another request changed what was read; gives up with DatabaseUnavailable."""
    for _ in range(settings.SCORING_ATTEMPTS):
        try:
            return attempt()
        except Conflict as conflict:
            current().restarts += 1
            logger.info("a scoring starts over", extra={"conflict": str(conflict)})
    raise DatabaseUnavailable


def score_for_partner(
    *, key: PresentedKey, scorer_id: int, address: str, include_human_points: bool, request: PartnerRequest
) -> bytes:
    """The JSON of the score object (section 4.1).

    Raises, in this order: InvalidApiKey, PermissionDenied, RateLimited, NotFound, InvalidAddress; and
    DatabaseUnavailable, or DomainError with status 500. Nothing is written then but an analytics row.
    """
    scoring = _PartnerScoring(
        key=key, scorer_id=scorer_id, address=address, include_human_points=include_human_points, request=request
    )
    try:
        return until_undisturbed(scoring.run)
    except DatabaseSilent:
        raise
    except DatabaseUnavailable as failure:
        scoring.record_failure(status=failure.status, error=str(failure.detail))
        raise
    except DomainError:
        raise
    except Exception as error:
        logger.exception("a scoring failed")
        scoring.record_failure(status=500, error=UNEXPECTED)
        raise DomainError(UNEXPECTED, status=500) from error


class _PartnerScoring:
    """A partner's request; `run` is one attempt to answer it."""

    def __init__(
        self, *, key: PresentedKey, scorer_id: int, address: str, include_human_points: bool, request: PartnerRequest
    ) -> None:
        self.key = key
        self.scorer_id = effective_scorer_id(scorer_id)
        self.address = address.lower() if is_address(address.lower()) else None
        self.include_human_points = include_human_points
        self.request = request
        self.rules = scoring_rules()
        self.row: KeyRow | None = None

    def run(self) -> bytes:
        now = timezone.now()
        remembered, points_wanted = remembered_stamps(self.address, now=now), self.rules.points_enabled
        with ScoringTransaction(
            address=self.address, now=now, points_wanted=points_wanted, remembered=remembered
        ) as transaction:
            opened = self._open(transaction)
            snapshot = self._allowed(transaction, opened)
            evaluation = evaluate(transaction, snapshot, rules=self.rules, with_points=self.include_human_points)
            body = json_bytes(evaluation.answer)
            entry = self._entry(now, status=200, error=None, response=body.decode())
            save(transaction, evaluation, opened=opened, analytics=entry)
            return body

    @property
    def rate_limit(self) -> str | None:
        return self.row.rate_limit if self.row is not None else None

    def record_failure(self, *, status: int, error: str) -> None:
        """Best effort: the database may be what failed."""
        entry = self._entry(timezone.now(), status=status, error=error)
        if entry is not None:
            account.record_quietly(entry)

    def _open(self, transaction: ScoringTransaction) -> OpenedScoring:
        """Proves the key (an old one by PBKDF2, with nothing locked meanwhile) and opens the scoring."""
        opened = transaction.open_for_key(key=self.key, scorer_id=self.scorer_id)
        row, proven = opened.key, has_digest(opened.key, self.key)
        if row is not None and account.needs_pbkdf2(row):
            proven = account.proves_by_pbkdf2(row=row, key=self.key)
            if proven and is_usable(row, now=transaction.now):
                opened = transaction.migrate_and_reopen(row=row, key=self.key, scorer_id=self.scorer_id)
        self.row = row
        refusal = account.refusal_of(row, proven=proven, now=transaction.now, to_read_scores=True)
        if refusal is not None:
            self._refuse(transaction, refusal.error, refusal.reason)
        return opened

    def _allowed(self, transaction: ScoringTransaction, opened: OpenedScoring) -> Snapshot:
        """The snapshot, once limit, community and address are found right, in this order."""
        try:
            enforce_limit(prefix=self.key.prefix, rate_limit=self.rate_limit, now=transaction.now)
        except RateLimited as limited:
            self._refuse(transaction, limited, "")
        if opened.snapshot is None:
            self._refuse(transaction, NotFound(NO_SCORER), NO_SCORER)
        if self.address is None:
            self._refuse(transaction, InvalidAddress(), InvalidAddress.detail)
        return opened.snapshot

    def _refuse(self, transaction: ScoringTransaction, error: DomainError, text: str) -> NoReturn:
        transaction.abandon(self._entry(transaction.now, status=error.status, error=text))
        raise error

    def _entry(
        self, now: datetime, *, status: int, error: str | None, response: str | None = None
    ) -> AnalyticsEntry | None:
        return analytics_entry(
            key=self.row, request=self.request, now=now, status=status, error=error, response=response
        )
