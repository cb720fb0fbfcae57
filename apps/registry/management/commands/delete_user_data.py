"""`manage.py delete_user_data`: delete all that is stored of an address."""

from typing import Any

from django.core.management.base import CommandParser

from apps.registry.user_data import UserData, delete_user_data
from scorer_v2.operations.command import OperationsCommand, Report


class Command(OperationsCommand):
    writes = False  # a dry run is what it does without --exec
    help = (
        "Delete stored stamps, scores, passports, events, links and points of one address, for good. Without --exec it "
        "only says what there is. Bans, memberships of lists, partner accounts and stakes stay."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--eth-address", required=True)
        parser.add_argument("--exec", action="store_true", help="delete, once yes is typed")
        parser.add_argument("--yes", action="store_true", help="with --exec: ask nothing")

    def run(self, *, eth_address: str, yes: bool, **options: Any) -> Report:
        found = delete_user_data(address=eth_address, dry_run=True)
        if not options["exec"]:
            return _report(found, "Dry run: nothing was deleted. Add --exec to delete it.", dry_run=True)
        if not yes:
            self.confirm(f"{sum(found.deleted.values())} rows of {found.address} will be deleted for good.")
        return _report(delete_user_data(address=eth_address, dry_run=False), "Deleted.", dry_run=False)


def _report(found: UserData, sentence: str, *, dry_run: bool) -> Report:
    kept = [f"stays: {rows} of {table}" for table, rows in found.kept.items() if rows]
    details = {"address": found.address, "kept": dict(found.kept), "dry_run": dry_run}
    return Report(counts=found.deleted, lines=[*kept, sentence], details=details)
