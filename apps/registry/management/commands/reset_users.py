"""`manage.py reset_users`: take all stamps from the addresses of a file."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from apps.account.address_lists import parse_address_list
from apps.registry.recalculation.records import Tally
from apps.registry.user_data import reset_users
from scorer_v2.operations.command import OperationsCommand, Report, positive_number, read_file

ADDRESSES_AT_ONCE = 1_000


class Command(OperationsCommand):
    help = (
        "Retire the stored stamps of the addresses in a file's first column, and compute their scores again: 0 in "
        "every community. Their links and points stay."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--address-list", required=True, metavar="FILE", help="- is standard input")
        parser.add_argument("--batch-size", type=positive_number, default=ADDRESSES_AT_ONCE, help="addresses at once")

    def run(self, *, address_list: str, batch_size: int, dry_run: bool, **options: Any) -> Report:  # noqa: ARG002 - the base's
        file = parse_address_list(read_file(address_list))
        if file.invalid:
            first = file.invalid[0]
            raise CommandError(f"{address_list!r}, line {first.line}: {first.reason}", returncode=2)
        stamps, tally = 0, Tally()
        with self.progress() as progress:
            for start in range(0, len(file.entries), batch_size):
                batch = file.entries[start : start + batch_size]
                done = reset_users(addresses=batch, dry_run=dry_run)
                stamps += done.stamps
                tally.add(done.scores or Tally())
                progress(start + len(batch), len(file.entries))
        counts = {"addresses": len(file.entries), "stamps": stamps, "passports": tally.passports}
        return Report(counts={**counts, "failed": tally.failed}, failed=tally.failed > 0)
