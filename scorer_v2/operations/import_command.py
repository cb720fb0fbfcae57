"""What the commands that import a list from a CSV file have in common."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from scorer_v2.operations.command import OperationsCommand, Report, read_file
from scorer_v2.operations.csv_files import ParsedFile, rejected_lines_file

SHOWN = 20


class ImportCommand(OperationsCommand):
    """A subclass says how a file is parsed, which list is meant, and what is done with it."""

    parse: Callable[[bytes], ParsedFile[Any]]

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the CSV file; - is standard input")
        wanted = parser.add_mutually_exclusive_group(required=True)
        wanted.add_argument("--list-id", type=int, help="the list's id")
        wanted.add_argument("--list-name", help="the list's name")
        parser.add_argument("--create", action="store_true", help="make the list of that name when it is missing")
        parser.add_argument("--skip-invalid", action="store_true", help="import the valid lines of a file with others")
        parser.add_argument("--rejected", metavar="FILE", help="write the lines that are not used to this CSV file")

    def prepare(self, **options: Any) -> None:
        """Takes notice of options of the subclass's own."""

    @abstractmethod
    def find_list(self, *, list_id: int | None, name: str | None) -> int | None:
        """The list's id, or None. Raises CommandError for a name that several have."""

    @abstractmethod
    def create_list(self, name: str) -> int: ...

    @abstractmethod
    def preview(self, list_id: int | None, file: ParsedFile[Any]) -> Any:
        """Counts, as a dataclass."""

    @abstractmethod
    def do_import(self, list_id: int, file: ParsedFile[Any]) -> Any:
        """Counts, as a dataclass."""

    def run(self, *, file: str, list_id: int | None, list_name: str | None, dry_run: bool, **options: Any) -> Report:
        self.prepare(**options)
        parsed = type(self).parse(read_file(file))
        if options["rejected"]:
            Path(options["rejected"]).write_text("".join(rejected_lines_file(parsed)), encoding="utf-8")
        found = self._list(list_id, list_name, create=options["create"])
        if parsed.invalid and not options["skip_invalid"]:
            return self._refused(self.preview(found, parsed), parsed, dry_run=dry_run)
        if dry_run:
            return self._report(self.preview(found, parsed), parsed)
        return self._report(self.do_import(found or self.create_list(list_name or ""), parsed), parsed)

    def _list(self, list_id: int | None, name: str | None, *, create: bool) -> int | None:
        found = self.find_list(list_id=list_id, name=name)
        if found is None and not (create and name):
            raise CommandError("There is no such list." + (" Make it with --create." if name else ""))
        return found

    def _refused(self, counts: Any, parsed: ParsedFile[Any], *, dry_run: bool) -> Report:
        report = self._report(counts, parsed)
        sentence = "Nothing was imported: correct the invalid lines, or leave them out with --skip-invalid."
        lines = report.lines if dry_run else [*report.lines, sentence]
        return Report(counts=report.counts, lines=lines, details=report.details, failed=True)

    def _report(self, counts: Any, parsed: ParsedFile[Any]) -> Report:
        columns = asdict(counts)
        numbers = {name: value for name, value in columns.items() if isinstance(value, int)}
        unused = sorted((*parsed.rejected, *getattr(counts, "unknown_lines", ())), key=lambda line: line.line)
        lines = [f"line {line.line}: {line.reason}" for line in unused[:SHOWN]]
        if len(unused) > SHOWN:
            lines.append(f"and {len(unused) - SHOWN} more; --rejected writes them to a file")
        details = {"unused": [{"line": line.line, "reason": line.reason, "cells": line.cells} for line in unused]}
        return Report(counts=numbers, lines=lines, details=details)
