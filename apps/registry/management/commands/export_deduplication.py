"""`manage.py export_deduplication`: who lost which stamp to whom, as a CSV file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import CommandError, CommandParser

from apps.registry.deduplication_export import COLUMNS, export_deduplication
from scorer_v2.operations.command import OperationsCommand, Report
from scorer_v2.operations.csv_files import csv_lines


class Command(OperationsCommand):
    writes = False
    help = "Write a community's deduplicated stamps to a CSV file: the latest of each address and provider."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--community-id", type=int, required=True)
        parser.add_argument("--output-file", required=True, metavar="FILE", help="written once all is there")

    def run(self, *, community_id: int, output_file: str, **options: Any) -> Report:  # noqa: ARG002 - the base's
        rows = addresses = 0
        last = None
        with _replaced(Path(output_file)) as file:
            file.writelines(csv_lines([COLUMNS]))
            for row in export_deduplication(community_id=community_id):
                file.writelines(csv_lines([row]))
                rows += 1
                addresses += row[0] != last
                last = row[0]
        return Report(counts={"addresses": addresses, "rows": rows}, details={"file": output_file})


@contextmanager
def _replaced(path: Path) -> Iterator[TextIO]:
    """A stopped export leaves the earlier file, or none."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("w", encoding="utf-8") as file:
            yield file
        partial.replace(path)
    except OSError as error:
        raise CommandError(f"{str(path)!r} cannot be written: {error.strerror}.", returncode=2) from None
    finally:
        partial.unlink(missing_ok=True)
