"""The scores of many passports of one community, computed one after the other. Pure.

What one passport's scoring does to the links, the next one's sees: the outcome is that of as many requests in a row.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from apps.registry.recalculation.records import (
    LinksToWrite,
    LoadedPassport,
    Manner,
    Recomputed,
    Tally,
)
from apps.registry.scoring.known_credentials import KnownCredentials
from apps.registry.scoring.points import METAMASK
from apps.registry.scoring.records import (
    Deduplication,
    HashLink,
    HumanPoint,
    Outcome,
    PointsState,
    Snapshot,
    ValidStamp,
)
from apps.registry.scoring.scoring import ScoringError, needs_metamask_count, outcome_of
from apps.registry.scoring.selection import select_newest
from apps.registry.scoring.validity import ProofFault, examine, examine_proven

logger = logging.getLogger("scorer_v2.recalculation")

METAMASK_AWARD = HumanPoint(METAMASK)


def valid_stamps_of(
    passport: LoadedPassport, *, manner: Manner, now: datetime, proof_fault: ProofFault, known: KnownCredentials
) -> list[ValidStamp]:
    """As a scoring finds them (3.2 and 3.3)."""
    address, rules = passport.address, manner.rules
    examined = (
        examine(stamp, address=address, rules=rules, now=now, proof_fault=proof_fault, known=known)
        if stamp.credential is None
        else examine_proven(stamp, stamp.credential, address=address, rules=rules, now=now)
        for stamp in select_newest(passport.stamps)
    )
    return [stamp for stamp in examined if isinstance(stamp, ValidStamp)]


class Links:
    """The community's links as the passports before this one leave them."""

    def __init__(self, found: Mapping[str, HashLink]) -> None:
        self._now = dict(found)
        self._claims: dict[str, HashLink] = {}
        self._backfills: dict[str, HashLink] = {}

    @property
    def now(self) -> Mapping[str, HashLink]:
        return self._now

    def take_over(self, deduplication: Deduplication) -> None:
        for link in deduplication.claims:
            self._now[link.hash] = self._claims[link.hash] = link
            self._backfills.pop(link.hash, None)
        for link in deduplication.backfills:
            self._now[link.hash] = self._backfills[link.hash] = link

    def to_write(self) -> LinksToWrite:
        """Sorted by hash, as everybody writes them."""
        return LinksToWrite(_by_hash(self._claims), _by_hash(self._backfills))


class MetamaskAwards:
    """How many exist. They are counted, under their lock, when the first award hinges on it (3.11)."""

    def __init__(self, count: Callable[[], int]) -> None:
        self._count = count
        self._counted: int | None = None

    def counted(self) -> int:
        if self._counted is None:
            self._counted = self._count()
        return self._counted

    def add(self, outcome: Outcome) -> None:
        if self._counted is not None and METAMASK_AWARD in outcome.award.rows:
            self._counted += 1


def recompute(
    passport: LoadedPassport,
    stamps: Sequence[ValidStamp],
    *,
    community: Snapshot,
    links: Links,
    awards: MetamaskAwards,
    manner: Manner,
    now: datetime,
) -> Recomputed:
    """The outcome of one passport; `community` is a snapshot without an address. Its links are taken over.

    Never raises: a passport that cannot be computed has neither outcome nor error, and stays as it is.
    """
    snapshot = replace(community, address=passport.address, links=links.now, points=passport.points)
    try:
        outcome = outcome_of(stamps, snapshot=snapshot, rules=manner.rules, now=now)
        if needs_metamask_count(snapshot, outcome, manner.rules):
            counted = replace(passport.points or PointsState(), metamask_awards=awards.counted())
            outcome = outcome_of(stamps, snapshot=replace(snapshot, points=counted), rules=manner.rules, now=now)
    except ScoringError as error:
        return Recomputed(passport, error=str(error))
    except Exception:
        logger.exception("a passport could not be scored", extra={"passport": passport.id})
        return Recomputed(passport)
    links.take_over(outcome.deduplication)
    awards.add(outcome)
    return Recomputed(passport, outcome=outcome)


def count(recomputed: Recomputed, tally: Tally) -> None:
    """Adds what became of a passport."""
    previous, outcome = recomputed.passport.previous, recomputed.outcome
    tally.passports += 1
    tally.stamps += len(recomputed.passport.stamps)
    if outcome is None:
        tally.errors += recomputed.error is not None
        tally.failed += recomputed.error is None
        return
    score = outcome.score
    same = previous is not None and previous.status == "DONE" and previous.raw_score == score.evidence["rawScore"]
    passed = previous is not None and previous.passing
    tally.unchanged += same and passed == score.passing
    tally.changed += not (same and passed == score.passing)
    tally.newly_passing += score.passing and not passed
    tally.no_longer_passing += passed and not score.passing


def _by_hash(links: Mapping[str, HashLink]) -> list[HashLink]:
    return [links[hash] for hash in sorted(links)]
