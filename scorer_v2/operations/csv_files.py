"""CSV files that operators upload, line by line. Pure: what a list means is the business of its own parser.

Lines are numbered as an editor numbers them: from 1, the header and blank lines included.
"""

import csv
import io
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from scorer_v2.primitives.storable import is_storable

Entry = TypeVar("Entry", bound=Hashable)

MOST_BYTES = 100_000_000
_LINE_END = "\r\n"  # the writer quotes cells with a character of it
# Quotes before it are ours, or must not be mistaken for ours.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


class UnreadableFile(ValueError):
    """The file as a whole cannot be used; the text is a sentence that says why."""


class InvalidLine(ValueError):
    """One line cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one line, without the spaces around them. `line` is the number of its first line."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that is not used, and why."""

    line: int
    reason: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParsedFile(Generic[Entry]):
    """What a file says. `entries` are its valid lines, each once; `lines` has the number of each one's line.

    `duplicates` are valid lines that say again what an earlier one says; they are left out.
    """

    entries: tuple[Entry, ...] = ()
    lines: tuple[int, ...] = ()
    invalid: tuple[RejectedLine, ...] = ()
    duplicates: tuple[RejectedLine, ...] = ()

    @property
    def rejected(self) -> list[RejectedLine]:
        """Every line that is not used, in the file's order."""
        return sorted((*self.invalid, *self.duplicates), key=lambda rejected: rejected.line)


def read_records(data: bytes) -> list[Record]:
    """The lines that are not blank. Raises UnreadableFile.

    UTF-8, a byte order mark allowed; lines end in LF, CRLF or CR; cells may be quoted.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableFile(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"The file is not UTF-8 text, at byte {error.start + 1}.") from None
    records = list(_records(text))
    if not records:
        raise UnreadableFile("The file is empty.")
    return records


def sort_lines(
    records: Iterable[Record], *, parse: Callable[[Record], Entry], key: Callable[[Entry], Hashable]
) -> ParsedFile[Entry]:
    """Parts the lines. `parse` raises InvalidLine; entries of one `key` are one entry, and the first line counts."""
    found: dict[Hashable, tuple[Entry, int]] = {}
    invalid, duplicates = [], []
    for record in records:
        try:
            _check_storable(record.cells)
            entry = parse(record)
        except InvalidLine as fault:
            invalid.append(RejectedLine(record.line, str(fault), record.cells))
            continue
        earlier = found.setdefault(key(entry), (entry, record.line))
        if earlier[1] != record.line:
            duplicates.append(RejectedLine(record.line, _repeats(entry, *earlier), record.cells))
    entries, lines = zip(*found.values(), strict=True) if found else ((), ())
    return ParsedFile(entries, lines, tuple(invalid), tuple(duplicates))


def names_of(record: Record) -> list[str]:
    """The cells of a header as column names."""
    return [cell.lower() for cell in record.cells]


def by_name(record: Record, names: Sequence[str]) -> Record:
    """The record with one cell for each of `names`. Raises InvalidLine for a line with more cells than there are
    columns; cells that are missing at its end are empty."""
    if len(record.cells) > len(names) and any(record.cells[len(names) :]):
        raise InvalidLine(f"The line has {len(record.cells)} cells, and there are {len(names)} columns.")
    padded = (*record.cells, *("" for _ in names))[: len(names)]
    return replace(record, cells=padded)


def as_mapping(record: Record, names: Sequence[str]) -> Mapping[str, str]:
    """Name to cell. Raises InvalidLine."""
    return dict(zip(names, by_name(record, names).cells, strict=True))


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Write each row as a line of a CSV file; None is an empty cell, and no cell is a formula."""
    line = io.StringIO()
    writer = csv.writer(line, lineterminator=_LINE_END)
    for row in rows:
        writer.writerow([_no_formula(cell) for cell in row])
        yield line.getvalue().removesuffix(_LINE_END) + "\n"
        line.seek(0)
        line.truncate()


def rejected_lines_file(file: ParsedFile[Any], *, also: Iterable[RejectedLine] = ()) -> Iterator[str]:
    """A CSV file of the lines that are not used: number, reason, and the line's own cells. `also` are valid ones."""
    rejected = sorted((*file.rejected, *also), key=lambda line: line.line)
    yield from csv_lines([("line", "reason", "content")])
    yield from csv_lines((line.line, line.reason, *line.cells) for line in rejected)


def _records(text: str) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    line = 1
    try:
        for cells in reader:
            stripped = tuple(_as_it_was(cell.strip()) for cell in cells)
            if any(stripped):
                yield Record(line, stripped)
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(f"The file is no CSV file, at line {line}: {error}.") from None


def _no_formula(cell: Any) -> Any:
    """Put a quote before text that a spreadsheet would run as a formula. Numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def _as_it_was(cell: str) -> str:
    """Undo `_no_formula`, so that a file of ours can be imported again."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _check_storable(cells: Iterable[str]) -> None:
    if not all(map(is_storable, cells)):
        raise InvalidLine("The line has a character that cannot be stored.")


def _repeats(entry: object, earlier: object, line: int) -> str:
    return f"It repeats line {line}" + ("." if entry == earlier else ", with other details.")
