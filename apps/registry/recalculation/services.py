"""Computing scores again, of whole communities or of some addresses (contract, 6.8).

By the rules and into the rows of section 3: stamps, links, score, expiry, events and points are what as many requests
one after the other would leave. Many passports share a transaction, so that millions are done in hours.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Protocol

from django.utils import timezone

from apps.registry.evaluation import scoring_rules
from apps.registry.managers.snapshots import UnscorableCommunity
from apps.registry.recalculation import managers
from apps.registry.recalculation.batches import Links, MetamaskAwards, count, recompute, valid_stamps_of
from apps.registry.recalculation.records import Community, LoadedPassport, Manner, Recomputed, Selection, Tally
from apps.registry.recalculation.workers import Work, work_on
from apps.registry.recalculation.writing import save_batch
from apps.registry.scoring.known_credentials import KnownCredentials
from apps.registry.scoring.proofs import proof_fault
from apps.registry.scoring.records import Credential, HashLink, Snapshot, ValidStamp
from scorer_v2.conf import settings
from scorer_v2.database.round_trips import rollback
from scorer_v2.primitives.errors import Conflict, DatabaseUnavailable

logger = logging.getLogger("scorer_v2.recalculation")

BATCH_SIZE = 500
IDS_AT_ONCE = 50_000
OF_THE_DATA = frozenset(
    {"22", "23", "54"}
)  # classes of SQLSTATEs: a value that does not fit, not a database that fails


class Progress(Protocol):
    """Told how many passports of how many are done."""

    def __call__(self, done: int, total: int) -> None: ...


def silent(done: int, total: int) -> None:
    """No progress is shown."""


def recalculate(
    *,
    selection: Selection,
    dry_run: bool = False,
    verify_all_proofs: bool = False,
    batch_size: int = BATCH_SIZE,
    workers: int = 1,
    progress: Progress = silent,
) -> Tally:
    """Computes the scores of the selected passports again, and counts what became of them.

    A passport is in one batch only, so that no two workers take it; each batch is one transaction. Stopping loses the
    batches under way and no other: run again with `selection.not_scored_since` the time of the first start. Without
    `verify_all_proofs` a proof is taken as verified where the stamp is, unchanged, one that the last scoring kept.
    With `dry_run` nothing is written; links that an earlier batch would claim are then not seen by a later one.

    Passports that could not be computed are in `failed`, and logged. Raises DatabaseUnavailable.
    """
    rules = scoring_rules()
    manner = Manner(rules=rules, trusts_kept_proofs=not verify_all_proofs, writes=not dry_run)
    total, tally = managers.count_passports(selection), Tally()
    communities = managers.find_communities(selection, award_points=rules.award_points)
    batches = partial(_batches, selection, batch_size=batch_size)
    with work_on(partial(recalculate_batch, manner=manner), workers=workers) as work:
        for community in communities:
            _work_off(work, community, batches(community), tally, partial(progress, total=total))
        _settle(work, tally, partial(progress, total=total))
    return tally


def recalculate_batch(community_id: int, passport_ids: Sequence[int], *, manner: Manner) -> Tally:
    """Computes and saves these passports of one community, in one transaction.

    What cannot be done together is done in halves, so that one passport that cannot be saved fails alone.
    """
    try:
        return _until_undisturbed(community_id, passport_ids, manner)
    except UnscorableCommunity as error:
        return _failed(community_id, passport_ids, error)
    except (Conflict, DatabaseUnavailable) as failure:
        if isinstance(failure, DatabaseUnavailable) and (failure.sqlstate or "")[:2] not in OF_THE_DATA:
            raise
        if len(passport_ids) == 1:
            return _failed(community_id, passport_ids, failure)
    tally = Tally()
    middle = len(passport_ids) // 2
    for half in (passport_ids[:middle], passport_ids[middle:]):
        tally.add(recalculate_batch(community_id, half, manner=manner))
    return tally


def _until_undisturbed(community_id: int, passport_ids: Sequence[int], manner: Manner) -> Tally:
    """Starts over when somebody else changed what was read. Raises Conflict when it never ends."""
    for restarts in range(settings.SCORING_ATTEMPTS):
        try:
            tally = _attempt(community_id, passport_ids, manner)
        except Conflict as conflict:
            logger.info(
                "retrying a batch after a conflict", extra={"community": community_id, "conflict": str(conflict)}
            )
        else:
            tally.restarts = restarts
            return tally
        finally:
            rollback()
    raise Conflict("always")


def _failed(community_id: int, passport_ids: Sequence[int], error: Exception) -> Tally:
    passports = list(passport_ids)
    logger.error(
        "passports could not be recalculated",
        extra={"community": community_id, "passports": passports, "error": repr(error)},
    )
    return Tally(passports=len(passports), failed=len(passports))


def _work_off(
    work: Work, community: Community, batches: Iterable[Sequence[int]], tally: Tally, progress: partial[None]
) -> None:
    """Two communities of the points programme never run side by side: an address counts those that it passed in."""
    if community.awards_points:
        _settle(work, tally, progress)
    for passport_ids in batches:
        for done in work.submit(community.id, passport_ids):
            _add(done, tally, progress)
    if community.awards_points:
        _settle(work, tally, progress)


def _settle(work: Work, tally: Tally, progress: partial[None]) -> None:
    for done in work.settle():
        _add(done, tally, progress)


def _add(done: Tally, tally: Tally, progress: partial[None]) -> None:
    tally.add(done)
    progress(tally.passports)


def _batches(selection: Selection, community: Community, *, batch_size: int) -> Iterator[Sequence[int]]:
    """The community's passports in ascending order; ids are read in large pages, so that memory stays constant."""
    after = 0
    while True:
        page = managers.passport_ids(selection, community_id=community.id, after=after, limit=IDS_AT_ONCE)
        if not page:
            return
        ids = iter(page)
        while batch := list(islice(ids, batch_size)):
            yield batch
        after = page[-1]


def _attempt(community_id: int, passport_ids: Sequence[int], manner: Manner) -> Tally:
    now = timezone.now()
    community, passports = managers.open_batch(passport_ids, community_id=community_id, manner=manner, now=now)
    tally = Tally()
    if community is None or not passports:
        return tally
    found = _recompute_all(community, passports, manner=manner, now=now, tally=tally)
    links = found[1].to_write()
    if manner.writes:
        save_batch(found[0], links, community_id=community_id, now=now)
    for recomputed in found[0]:
        count(recomputed, tally)
    return tally


def _recompute_all(
    community: Snapshot, passports: Sequence[LoadedPassport], *, manner: Manner, now: datetime, tally: Tally
) -> tuple[list[Recomputed], Links]:
    proofs = _Proofs(now)
    valid = {
        passport.id: valid_stamps_of(passport, manner=manner, now=now, proof_fault=proofs.fault, known=_known)
        for passport in passports
    }
    tally.proofs_verified = proofs.verified
    links = Links(_all_links(community, valid.values()))
    awards = MetamaskAwards(managers.count_metamask_awards)
    one = partial(recompute, community=community, links=links, awards=awards, manner=manner, now=now)
    return [one(passport, valid[passport.id]) for passport in passports], links


def _all_links(community: Snapshot, valid: Iterable[Iterable[ValidStamp]]) -> Mapping[str, HashLink]:
    """The addresses' own links, and others' of the nullifiers that those leave open."""
    own = community.links
    hashes = {hash for stamps in valid for stamp in stamps for hash in stamp.nullifiers if hash not in own}
    return {**own, **managers.find_links(hashes, community_id=community.community_id)} if hashes else own


_known = KnownCredentials(settings.VERDICT_CACHE_SIZE)


class _Proofs:
    """Verifies as of one time, and counts how often."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.verified = 0

    def fault(self, credential: Credential) -> str | None:
        self.verified += 1
        return proof_fault(credential, now=self._now)
