"""Does the proof of each credential of a file hold? For operators; touches no database."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from apps.registry.scoring.documents import MAX_DOCUMENT_BYTES, InvalidDocument, check_document
from apps.registry.scoring.proofs import proof_fault

MAX_FILE_BYTES = 50_000_000


class Command(BaseCommand):
    help = (
        "Say for each credential of a file whether its proof holds, and why not. The file is a JSON list or JSON "
        f"lines, at most {MAX_FILE_BYTES // 1_000_000} MB, of credentials or of objects with one under 'credential'. "
        "Issuer, expiry and holder are not looked at. Exit status: 0 all hold, 1 one does not, 2 the file is unusable."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the file, or - for standard input")
        parser.add_argument("--json", action="store_true", help="print one JSON list of {index, valid, reason}")

    def handle(self, *, file: str, **options: Any) -> None:
        verdicts = _verdicts(_entries(_read(file), file))
        count, invalid = self._print_json(verdicts) if options["json"] else self._print_lines(verdicts)
        if not options["json"]:
            self.stdout.write(f"credentials: {count}, valid: {count - invalid}, invalid: {invalid}")
        if invalid:
            sys.exit(1)

    def _print_lines(self, verdicts: Iterator[str | None]) -> tuple[int, int]:
        count = invalid = 0
        for count, fault in enumerate(verdicts, start=1):
            self.stdout.write(f"{count - 1}: valid" if fault is None else f"{count - 1}: invalid: {fault}")
            invalid += fault is not None
        return count, invalid

    def _print_json(self, verdicts: Iterator[str | None]) -> tuple[int, int]:
        """Written as it is found, so that a file of a million credentials needs no list of verdicts."""
        count = invalid = 0
        for count, fault in enumerate(verdicts, start=1):
            verdict = orjson.dumps({"index": count - 1, "valid": fault is None, "reason": fault}).decode()
            self.stdout.write(("[" if count == 1 else ",\n") + verdict, ending="")
            invalid += fault is not None
        self.stdout.write("]" if count else "[]")
        return count, invalid


def _verdicts(entries: list[Any]) -> Iterator[str | None]:
    now = datetime.now(UTC)
    for entry in entries:
        yield _fault(entry["credential"] if isinstance(entry, dict) and "credential" in entry else entry, now)


def _fault(credential: Any, now: datetime) -> str | None:
    try:
        document = check_document(credential)
    except InvalidDocument as fault:
        return str(fault)
    if len(orjson.dumps(document)) > MAX_DOCUMENT_BYTES:
        return f"the document is larger than {MAX_DOCUMENT_BYTES} bytes"
    return proof_fault(document, now=now)


def _read(file: str) -> bytes:
    try:
        if file == "-":
            data = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
        else:
            with Path(file).open("rb") as source:
                data = source.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _unusable(file, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > MAX_FILE_BYTES:
        raise _unusable(file, f"is larger than {MAX_FILE_BYTES} bytes")
    return data


def _entries(data: bytes, file: str) -> list[Any]:
    """The elements of a JSON list, or the values of JSON lines. One value alone is a list of one."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise _unusable(file, f"is not valid UTF-8, at byte {error.start}") from None
    data = data.removeprefix(b"\xef\xbb\xbf").strip()
    if not data.startswith(b"["):
        return _lines(data, file)
    try:
        entries: list[Any] = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _unusable(file, f"is not valid JSON: {error}") from None
    return entries


def _lines(data: bytes, file: str) -> list[Any]:
    try:
        return [orjson.loads(data)]
    except orjson.JSONDecodeError as whole:
        fault = whole
    entries = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            entries.append(orjson.loads(line))
        except orjson.JSONDecodeError as error:
            found = error if entries else fault
            raise _unusable(file, f"is neither a JSON list nor JSON lines: value {number}: {found}") from None
    if not entries:
        raise _unusable(file, "is empty")
    return entries


def _unusable(file: str, why: str) -> CommandError:
    name = "standard input" if file == "-" else repr(file)
    return CommandError(f"{name} {why}", returncode=2)
