"""What all operators' commands have in common."""

import io
import json
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, get_commands, load_command_class
from django.core.management.base import OutputWrapper

from scorer_v2.operations.command import OperationsCommand, Progress, Report, as_json, read_file
from scorer_v2.operations.csv_files import RejectedLine, UnreadableFile
from scorer_v2.primitives.errors import Conflict, DomainError

OURS = (
    "audit_api_keys",
    "backfill_hash_links",
    "delete_user_data",
    "explain_score",
    "export_deduplication",
    "import_allow_list",
    "import_bans",
    "import_revocations",
    "prune_analytics",
    "recalculate_scores",
    "reset_users",
    "revoke_matching",
)


class Command(OperationsCommand):
    """Does what it is told."""

    def __init__(self, work: Callable[[], Report]) -> None:
        self.work = work
        super().__init__(stdout=io.StringIO(), stderr=io.StringIO())

    def run(self, **_: Any) -> Report:
        return self.work()


def run(work: Callable[[], Report], **options: Any) -> tuple[int, str, str]:
    command, status = Command(work), 0
    try:
        command.handle(**{"json": False, "dry_run": False, **options})
    except SystemExit as end:
        status = int(str(end.code))
    return status, command.stdout.getvalue(), command.stderr.getvalue()


def fail(error: BaseException) -> Callable[[], Report]:
    def work() -> Report:
        raise error

    return work


@pytest.mark.parametrize("name", OURS)
def test_every_command_has_json_and_a_help(name: str) -> None:
    command = load_command_class(get_commands()[name], name)
    assert isinstance(command, OperationsCommand)
    assert command.help
    printed = command.create_parser("manage.py", name).format_help()
    assert "--json" in printed
    assert ("--dry-run" in printed) == command.writes


def test_counts_are_printed_one_a_line() -> None:
    status, printed, _ = run(lambda: Report(counts={"already_there": 12_345, "name": "x"}, lines=["a line"]))
    assert (status, printed.splitlines()) == (0, ["already there: 12,345", "name: x", "a line"])


def test_a_dry_run_says_so() -> None:
    assert run(lambda: Report(counts={"new": 1}), dry_run=True)[1].startswith("Dry run: nothing was written.\n")


def test_json_has_counts_and_details() -> None:
    line = RejectedLine(3, "why", ("a",))
    details = {"at": datetime(2026, 1, 1, tzinfo=UTC), "weight": Decimal("1.50"), "lines": (line,), "names": {"b", "a"}}
    printed = run(lambda: Report(counts={"new": 1}, details=details), json=True)[1]
    assert json.loads(printed) == {
        "dry_run": False,
        "new": 1,
        "at": "2026-01-01T00:00:00+00:00",
        "weight": "1.50",
        "lines": [{"line": 3, "reason": "why", "cells": ["a"]}],
        "names": ["a", "b"],
    }


def test_what_has_no_json_form_is_an_error() -> None:
    with pytest.raises(TypeError):
        as_json(object())


def test_a_failure_ends_with_1_and_the_counts() -> None:
    status, printed, _ = run(lambda: Report(counts={"failed": 2}, failed=True))
    assert (status, printed) == (1, "failed: 2\n")


@pytest.mark.parametrize(
    ("error", "message", "status"),
    [
        (DomainError("refused", status=400), "refused", 1),
        (Conflict("23505"), "Run it again.", 1),
        (UnreadableFile("The file is empty."), "The file is empty.", 2),
    ],
)
def test_a_refusal_is_a_message(error: Exception, message: str, status: int) -> None:
    with pytest.raises(CommandError, match=message) as raised:
        run(fail(error))
    assert raised.value.returncode == status


def test_ctrl_c_ends_with_130_and_a_word() -> None:
    status, printed, said = run(fail(KeyboardInterrupt()))
    assert (status, printed) == (130, "")
    assert "run it again to go on" in said


def test_sigterm_stops_as_ctrl_c_does() -> None:
    before = signal.getsignal(signal.SIGTERM)

    def work() -> Report:
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("not reached")

    assert run(work)[0] == 130
    assert signal.getsignal(signal.SIGTERM) == before


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_only() -> None:
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        progress = Progress(OutputWrapper(stream))
        progress(5, 10)
        progress(10, 10)
        progress.close()
    assert pipe.getvalue() == ""
    assert "10 of 10" in terminal.getvalue()
    assert "##############################" in terminal.getvalue()


def test_progress_of_nothing_is_complete() -> None:
    terminal = Terminal()
    Progress(OutputWrapper(terminal))(0, 0)
    assert "0 of 0" in terminal.getvalue()


def test_a_file_that_is_not_there_ends_with_2() -> None:
    with pytest.raises(CommandError, match="cannot be read") as raised:
        read_file("no/such/file")
    assert raised.value.returncode == 2
