"""`manage.py prune_analytics`: delete old analytics rows."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from apps.account.analytics_pruning import count_old_analytics, prune_analytics
from scorer_v2.operations.command import OperationsCommand, Report, positive_number


class Command(OperationsCommand):
    help = "Delete analytics rows of API keys that are older than so many days, in batches."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", type=positive_number, required=True, metavar="DAYS")
        parser.add_argument("--batch-size", type=positive_number, default=5_000, help="rows a transaction")

    def run(self, *, older_than: int, batch_size: int, dry_run: bool, **options: Any) -> Report:  # noqa: ARG002 - the base's
        before = timezone.now() - timedelta(days=older_than)
        old, deleted = count_old_analytics(before=before), 0
        with self.progress() as progress:
            while not dry_run and (batch := prune_analytics(before=before, limit=batch_size)):
                deleted += batch
                progress(deleted, old)
        return Report(counts={"old": old, "deleted": deleted}, details={"before": before})
