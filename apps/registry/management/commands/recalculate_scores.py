"""`manage.py recalculate_scores`: copy the active weights, and compute scores again (contract, section 6.8)."""

import json
from argparse import ArgumentTypeError
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldError, ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from apps.account.address_lists import parse_address_list
from apps.account.models import Community
from apps.registry.recalculation.records import Selection
from apps.registry.recalculation.services import BATCH_SIZE, recalculate
from apps.scorer_weighted.active_weights import CopiedWeights, NoActiveWeights, copy_active_weights
from scorer_v2.operations.command import OperationsCommand, Report, point_in_time, positive_number, read_file


class Command(OperationsCommand):
    help = (
        "Copy the active weights to all scorers that are not excluded from it, then compute the scores of all their "
        "passports again, by all the rules that a request computes one by. Stopped or not, it can be run again."
    )

    def add_options(self, parser: CommandParser) -> None:
        filters = "JSON object of Django lookups on communities, such as '{\"id__in\": [1, 2]}'"
        parser.add_argument("--filter-community-include", type=_lookups, default={}, metavar="JSON", help=filters)
        parser.add_argument("--filter-community-exclude", type=_lookups, default={}, metavar="JSON", help=filters)
        parser.add_argument("--address-list", metavar="FILE", help="only the passports of these addresses; - is stdin")
        parser.add_argument("--batch-size", type=positive_number, default=BATCH_SIZE, help="passports a transaction")
        parser.add_argument("--workers", type=positive_number, default=1, help="processes")
        weights = parser.add_mutually_exclusive_group()
        weights.add_argument("--only-weights", action="store_true", help="copy the weights and compute no score")
        weights.add_argument("--keep-weights", action="store_true", help="compute scores and copy no weights")
        parser.add_argument(
            "--unless-scored-since",
            type=point_in_time,
            metavar="TIME",
            help="leave out passports that were scored since then: goes on where a run that started then was stopped",
        )
        parser.add_argument(
            "--verify-all-proofs",
            action="store_true",
            help="verify also those proofs that were verified when the last scoring kept the same stamp",
        )

    def run(self, *, dry_run: bool, only_weights: bool, keep_weights: bool, **options: Any) -> Report:
        selection = _selection(**options)
        copied = None if keep_weights else self._copied(dry_run=dry_run, needed=only_weights)
        details = {"weights": copied}
        lines = [_told(copied)] if copied else []
        if only_weights:
            return Report(lines=lines, details=details)
        if dry_run and copied and copied.changed:
            self.say("The dry run computes with the scorers' present weights, not with those that would be copied.")
        if not dry_run:
            since = selection.not_scored_since or timezone.now()
            self.say(f"To go on after an interruption, add: --unless-scored-since {since.isoformat()}")
        with self.progress() as progress:
            tally = recalculate(
                selection=selection,
                dry_run=dry_run,
                verify_all_proofs=options["verify_all_proofs"],
                batch_size=options["batch_size"],
                workers=options["workers"],
                progress=progress,
            )
        return Report(counts=asdict(tally), lines=lines, details=details, failed=tally.failed > 0)

    def _copied(self, *, dry_run: bool, needed: bool) -> CopiedWeights | None:
        try:
            return copy_active_weights(dry_run=dry_run)
        except NoActiveWeights as missing:
            if needed:
                raise
            self.say(f"{missing.detail} The scorers keep theirs.")
            return None


def _selection(
    *,
    filter_community_include: dict[str, Any],
    filter_community_exclude: dict[str, Any],
    address_list: str | None,
    unless_scored_since: datetime | None,
    **_: Any,
) -> Selection:
    addresses = None
    if address_list is not None:
        file = parse_address_list(read_file(address_list))
        if file.invalid:
            first = file.invalid[0]
            raise CommandError(f"{address_list!r}, line {first.line}: {first.reason}", returncode=2)
        addresses = file.entries
    community_ids = None
    if filter_community_include or filter_community_exclude:
        community_ids = _community_ids(filter_community_include, filter_community_exclude)
    return Selection(community_ids=community_ids, addresses=addresses, not_scored_since=unless_scored_since)


def _community_ids(include: dict[str, Any], exclude: dict[str, Any]) -> list[int]:
    try:
        found = Community.objects.filter(**include)
        if exclude:
            found = found.exclude(**exclude)
        return list(found.order_by("id").values_list("id", flat=True).distinct())
    except (FieldError, ValidationError, ValueError, TypeError) as fault:
        raise CommandError(f"The filter cannot be used: {fault}", returncode=2) from fault


def _lookups(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as fault:
        raise ArgumentTypeError(f"not JSON: {fault}") from None
    if not isinstance(value, dict):
        raise ArgumentTypeError("not a JSON object")
    return value


def _told(copied: CopiedWeights) -> str:
    return (
        f"weights: version {copied.version}, {copied.providers} providers, threshold {copied.threshold}; "
        f"{copied.changed} scorers changed, {copied.unchanged} had them, {copied.excluded} excluded"
    )
