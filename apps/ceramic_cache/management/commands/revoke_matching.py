"""`manage.py revoke_matching`: revoke the stamps that bans fit."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import CommandParser

from apps.ceramic_cache.bans.services import ban_ids_in_force, count_bans_in_force, revoke_matching
from apps.registry.recalculation.records import Selection
from apps.registry.recalculation.services import recalculate
from scorer_v2.operations.command import OperationsCommand, Report, positive_number

BANS_AT_ONCE = 1_000


class Command(OperationsCommand):
    help = (
        "Revoke the live stamps that the bans in force fit: all bans, those of a list, or the given ones. Run again, "
        "it revokes what was added since. A ban of a hash makes it read all stored stamps."
    )

    def add_options(self, parser: CommandParser) -> None:
        wanted = parser.add_mutually_exclusive_group()
        wanted.add_argument("--ban", type=int, action="append", metavar="ID", help="a ban's id; may be repeated")
        wanted.add_argument("--ban-list", type=int, metavar="ID", help="the bans of this list only")
        parser.add_argument("--batch-size", type=positive_number, default=BANS_AT_ONCE, help="bans a transaction")
        parser.add_argument("--rescore", action="store_true", help="compute the scores of the addresses again")

    def run(self, *, dry_run: bool, rescore: bool, **options: Any) -> Report:
        counts = {"bans": 0, "ended": 0, "stamps": 0, "already_revoked": 0, "addresses": 0}
        concerned: set[str] = set()
        total = len(options["ban"]) if options["ban"] else count_bans_in_force(ban_list_id=options["ban_list"])
        with self.progress() as progress:
            for ban_ids in _batches(options["ban"], options["ban_list"], options["batch_size"]):
                done = revoke_matching(ban_ids=ban_ids, dry_run=dry_run)
                for name in ("bans", "ended", "stamps", "already_revoked"):
                    counts[name] += getattr(done, name)
                concerned.update(done.addresses)
                progress(counts["bans"] + counts["ended"], total)
        counts["addresses"] = len(concerned)
        if not rescore or dry_run or not concerned:
            return Report(counts=counts)
        with self.progress() as progress:
            tally = recalculate(selection=Selection(addresses=sorted(concerned)), progress=progress)
        rescored = {"passports_rescored": tally.passports, "passports_failed": tally.failed}
        return Report(counts={**counts, **rescored}, failed=tally.failed > 0)


def _batches(given: list[int] | None, ban_list_id: int | None, size: int) -> Iterator[Sequence[int]]:
    if given:
        yield from (given[start : start + size] for start in range(0, len(given), size))
        return
    after = 0
    while ids := ban_ids_in_force(ban_list_id=ban_list_id, after=after, limit=size):
        yield ids
        after = ids[-1]
