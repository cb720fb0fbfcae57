"""Ban lists as CSV files (contract, section 6.2). Pure.

Columns `type`, `provider`, `hash`, `address`, `end_time`, in any order where there is a header, in this one where there
is none. `reason` is read too where it is there; other columns are ignored. `type` may be empty, since it follows from
the others.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from apps.ceramic_cache.bans.targets import BanTarget, InvalidBan, ban_target
from scorer_v2.operations.csv_files import (
    InvalidLine,
    ParsedFile,
    Record,
    UnreadableFile,
    as_mapping,
    names_of,
    read_records,
    sort_lines,
)

COLUMNS = ("type", "provider", "hash", "address", "end_time")
REASON = "reason"
NO_END = frozenset({"", "null", "none"})


@dataclass(frozen=True, slots=True)
class BanEntry:
    """A line of a ban list. `reason` is None where the file has no such column."""

    target: BanTarget
    end_time: datetime | None = None
    reason: str | None = None


def parse_ban_list(data: bytes) -> ParsedFile[BanEntry]:
    """The bans of a file. Raises UnreadableFile. Two lines that ban the same are duplicates, whatever their end."""
    records = read_records(data)
    names = names_of(records[0])
    if len(set(COLUMNS).intersection(names)) > 1:  # one alone may be data: "hash" is also a type
        _check_columns(names)
        records = records[1:]
    else:
        names = [*COLUMNS, REASON]
    return sort_lines(records, parse=lambda record: _entry(record, names), key=lambda entry: entry.target)


def _check_columns(names: list[str]) -> None:
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        detected = f"Detected {len(names)} columns: {names} in uploaded CSV file"
        raise UnreadableFile(f"The file has no column {' and no column '.join(missing)}. {detected}.")
    repeated = [name for name in (*COLUMNS, REASON) if names.count(name) > 1]
    if repeated:
        raise UnreadableFile(f"The file has the column {repeated[0]} more than once.")


def _entry(record: Record, names: list[str]) -> BanEntry:
    cells = as_mapping(record, names)
    if len(record.cells) < len(COLUMNS):
        raise InvalidLine(f"The line has {len(record.cells)} cells, and {len(COLUMNS)} columns are needed.")
    try:
        target = ban_target(address=cells["address"], provider=cells["provider"], hash=cells["hash"])
    except InvalidBan as fault:
        raise InvalidLine(str(fault)) from None
    if cells["type"] and cells["type"].lower() != target.type:
        raise InvalidLine(f"The type is {cells['type']!r}, but what is filled in makes it {target.type!r}.")
    return BanEntry(target, _end_time(cells["end_time"]), cells.get(REASON) or None)


def _end_time(text: str) -> datetime | None:
    """A time without a zone is taken as UTC."""
    if text.lower() in NO_END:
        return None
    try:
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidLine(f"The end_time {text!r} is not an ISO date and time.") from None
