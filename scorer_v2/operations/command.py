"""What operators' commands have in common: counts, `--json`, `--dry-run`, progress on a terminal, exit status.

    class Command(OperationsCommand):
        help = "..."
        def add_options(self, parser): ...
        def run(self, **options) -> Report: ...

Exit status: 0 done, 1 refused or something failed, 2 a usage that is wrong, 130 stopped by Ctrl-C or SIGTERM. What was
done until then is told all the same, and every command may be run again.
"""

import json
import signal
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict as as_dictionary
from dataclasses import dataclass, field, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from scorer_v2.operations.csv_files import UnreadableFile
from scorer_v2.primitives.errors import Conflict, DomainError

STOPPED = 130
BAR_WIDTH = 30
SECONDS_BETWEEN_DRAWINGS = 0.1


@dataclass(frozen=True, slots=True)
class Report:
    """What a command did. `counts` are printed one a line, then `lines`; `--json` has the counts and `details`."""

    counts: Mapping[str, Any] = field(default_factory=dict)
    lines: Sequence[str] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    failed: bool = False


class Progress:
    """A bar on a terminal, nothing elsewhere."""

    def __init__(self, stream: OutputWrapper) -> None:
        self._stream = stream
        self._shown = stream.isatty()
        self._started = self._drawn = monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = monotonic()
        if not self._shown or (done < total and now - self._drawn < SECONDS_BETWEEN_DRAWINGS):
            return
        self._drawn = now
        part = min(done / total, 1) if total else 1
        rate = done / max(now - self._started, 0.001)
        bar = ("#" * round(part * BAR_WIDTH)).ljust(BAR_WIDTH, ".")
        self._stream.write(f"\r[{bar}] {done:,} of {total:,}, {rate:,.0f} a second ", str, ending="")
        self._stream.flush()

    def close(self) -> None:
        if self._shown:
            self._stream.write("")


class OperationsCommand(BaseCommand):
    requires_system_checks = ()
    writes = True
    """Whether there is a `--dry-run`."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        if self.writes:
            parser.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing")
        self.add_options(parser)

    def add_options(self, parser: CommandParser) -> None:
        """Options of the command's own."""

    def run(self, *args: Any, **options: Any) -> Report:
        """Does the work. DomainError, Conflict and UnreadableFile become a message and an exit status."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        try:
            with _stoppable():
                report = self.run(**options)
        except DomainError as refusal:
            raise CommandError(str(refusal.detail)) from refusal
        except Conflict as conflict:
            raise CommandError("Somebody else changed the same rows; nothing was written. Run it again.") from conflict
        except UnreadableFile as fault:
            raise CommandError(str(fault), returncode=2) from fault
        except KeyboardInterrupt:
            self.stderr.write("Stopped. What was done is kept; run it again to go on.")
            sys.exit(STOPPED)
        self._show(report, **options)
        if report.failed:
            sys.exit(1)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        bar = Progress(self.stderr)
        try:
            yield bar
        finally:
            bar.close()

    def say(self, text: str) -> None:
        """For the operator, and in nobody's way who reads the output."""
        self.stderr.write(text, str)

    def confirm(self, question: str) -> None:
        """Raises CommandError unless the operator types yes."""
        self.stderr.write(f"{question} Type yes to go on: ", str, ending="")
        self.stderr.flush()
        if sys.stdin.readline().strip() != "yes":
            raise CommandError("Nothing was done.")

    def _show(self, report: Report, **options: Any) -> None:
        head = {"dry_run": options["dry_run"]} if self.writes else {}
        if options["json"]:
            self.stdout.write(json.dumps({**head, **report.counts, **report.details}, default=as_json, indent=2))
            return
        if head.get("dry_run"):
            self.stdout.write("Dry run: nothing was written.")
        for name, value in report.counts.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {f'{value:,}' if type(value) is int else value}")
        for line in report.lines:
            self.stdout.write(line)


def read_file(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`. Raises CommandError with exit status 2."""
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"{name!r} cannot be read: {error.strerror}.", returncode=2) from None


def positive_number(text: str) -> int:
    """An argument's value."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("not a number from 1 on")
    return int(text)


def point_in_time(text: str) -> datetime:
    """An argument's value; a time without a zone is taken as UTC."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("not an ISO date and time") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def as_json(value: object) -> Any:
    """Times in ISO form, decimals as texts, dataclasses as objects, collections as lists."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return as_dictionary(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset | tuple):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


@contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM stops as Ctrl-C does, where signals can be set at all."""
    try:
        before = signal.signal(signal.SIGTERM, _interrupt)
    except ValueError:  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
