"""`manage.py backfill_hash_links`: make the hash links that kept stamps lack."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from apps.registry.link_backfill import backfill_links
from scorer_v2.operations.command import OperationsCommand, Report, point_in_time, positive_number


class Command(OperationsCommand):
    help = (
        "Make the hash links that the stamps of the last scorings lack, for the nullifiers that count with the present "
        "settings. Links that exist are never changed. Stopped or not, it can be run again."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--last-id", type=int, default=0, help="go on after this id of registry_stamp")
        parser.add_argument("--iso-timestamp", type=point_in_time, help="only passports that were scored since then")
        parser.add_argument("--batch-size", type=positive_number, default=2_000, help="stamps a transaction")

    def run(self, *, last_id: int, iso_timestamp: datetime | None, dry_run: bool, **options: Any) -> Report:
        counts = {"stamps": 0, "links": 0, "last_id": last_id}
        try:
            while True:
                after, limit = counts["last_id"], options["batch_size"]
                done = backfill_links(after=after, since=iso_timestamp, limit=limit, dry_run=dry_run)
                if done.last_id is None:
                    return Report(counts=counts)
                counts["stamps"] += done.stamps
                counts["links"] += done.links
                counts["last_id"] = done.last_id
        except KeyboardInterrupt:
            self.say(f"To go on: --last-id {counts['last_id']}")
            raise
