"""`manage.py rollout`: what share of the traffic this scorer answers, shown and changed without a deploy."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scorer_v2.conf import settings
from scorer_v2.rollout import state
from scorer_v2.rollout.state import MODES, PERCENT, Rollout


class Command(BaseCommand):
    help = (
        "Shows or changes the rollout. All processes follow within ROLLOUT_REFRESH_SECONDS. What is set holds until it "
        "is changed or reset; after a reset ROLLOUT_MODE and ROLLOUT_PERCENT hold. While the cache is down each "
        "process keeps what it read last; one that starts then has the settings, which must not be wider."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        show = actions.add_parser("show", help="What holds now, and where it comes from.")
        change = actions.add_parser("set", help="Change it.")
        reset = actions.add_parser("reset", help="Go back to the settings.")
        change.add_argument("--mode", choices=MODES, help="Without it: percent where --percent is given.")
        change.add_argument("--percent", type=int, metavar="0-100", help="Without it: as it is now.")
        change.add_argument("--force", action="store_true", help="Although the settings are wider.")
        for action in (change, reset):
            action.add_argument("--dry-run", action="store_true", help="Only say what would hold.")
        for action in (show, change, reset):
            action.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        before = _stored(or_none=options["action"] == "reset")
        after = before
        if options["action"] != "show":
            after = _changed(before, options) if options["action"] == "set" else None
            if not options["dry_run"]:
                _write(after, force=options.get("force", False))
        self._report(before, after, options)

    def _report(self, before: Rollout | None, after: Rollout | None, options: dict[str, Any]) -> None:
        holds, is_dry = after or state.configured(), options.get("dry_run", False)
        source = "the cache" if after else "the settings"
        if options["json"]:
            previous = asdict(before or state.configured())
            report = {**asdict(holds), "source": source, "before": previous, "dry_run": is_dry}
            self.stdout.write(json.dumps(report))
            return
        verb = "Would hold" if is_dry else "Holds"
        self.stdout.write(f"{verb}: {_sentence(holds)} (from {source}).")
        if after != before:
            self.stdout.write(f"Before: {_sentence(before or state.configured())}.")
        if after:
            self.stdout.write(f"A process that starts without the cache: {_sentence(state.configured())}.")


def _stored(*, or_none: bool) -> Rollout | None:
    """`or_none`: also where the cache holds nonsense."""
    try:
        return state.stored()
    except ValueError as fault:
        if or_none:
            return None
        raise CommandError(f"{fault} Run `manage.py rollout reset`.") from fault
    except Exception as error:
        raise CommandError(f"The cache cannot be asked: {error}", returncode=2) from error


def _changed(before: Rollout | None, options: dict[str, Any]) -> Rollout:
    current = before or state.configured()
    mode, percent = options["mode"], options["percent"]
    if mode is None and percent is None:
        raise CommandError("Say what to change: --mode or --percent.")
    try:
        return Rollout(mode or PERCENT, current.percent if percent is None else percent)
    except ValueError as fault:
        raise CommandError(str(fault)) from fault


def _refuse_wider_settings(wanted: Rollout) -> None:
    settled = state.configured()
    if settled.width > wanted.width:
        raise CommandError(
            f"The settings are wider ({_sentence(settled)}): a process that starts while the cache is down would "
            "follow them. Narrow ROLLOUT_MODE and ROLLOUT_PERCENT first, or add --force, such as to go back at once."
        )


def _write(rollout: Rollout | None, *, force: bool) -> None:
    if not state.is_shared():
        raise CommandError("The cache is this process's own memory: no server would notice. Set REDIS_URL.")
    if rollout is None:
        state.forget()
    else:
        if not force:
            _refuse_wider_settings(rollout)
        state.store(rollout)


def _sentence(rollout: Rollout) -> str:
    if rollout.mode == PERCENT:
        return f"{rollout.percent} % of the addresses, and whoever sends {settings.ROLLOUT_HEADER}: true"
    return "everything" if rollout.mode == state.ALL else f"whoever sends {settings.ROLLOUT_HEADER}: true"
