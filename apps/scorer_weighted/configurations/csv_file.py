"""Weights as CSV files (contract, section 6.7). Pure. Two columns, provider and weight; a header is optional."""

from dataclasses import dataclass

from apps.registry.scoring.weights import as_decimal
from scorer_v2.operations.csv_files import InvalidLine, ParsedFile, Record, names_of, read_records, sort_lines

HEADERS = frozenset({"provider", "providers", "stamp", "name"})
LONGEST_PROVIDER = 100  # registry_weightconfigurationitem.provider
LARGEST_WEIGHT = 1_000_000


@dataclass(frozen=True, slots=True)
class WeightEntry:
    """A provider and its weight, as the float column keeps it."""

    provider: str
    weight: float


def parse_weights(data: bytes) -> ParsedFile[WeightEntry]:
    """The weights of a file. Raises UnreadableFile. A provider that comes again is a duplicate, whatever its weight."""
    records = read_records(data)
    if names_of(records[0])[0] in HEADERS:
        records = records[1:]
    return sort_lines(records, parse=_entry, key=lambda entry: entry.provider)


def _entry(record: Record) -> WeightEntry:
    if len(record.cells) < 2 or any(record.cells[2:]):
        raise InvalidLine("The line must have two cells: provider and weight.")
    provider, text = record.cells[:2]
    if not provider:
        raise InvalidLine("The line has no provider.")
    if len(provider) > LONGEST_PROVIDER:
        raise InvalidLine(f"The provider has more than {LONGEST_PROVIDER} characters.")
    weight = as_decimal(text)
    if weight is None:
        raise InvalidLine(f"{text!r} is not a number.")
    if not 0 <= weight <= LARGEST_WEIGHT:
        raise InvalidLine(f"The weight must be from 0 to {LARGEST_WEIGHT}.")
    return WeightEntry(provider, float(weight))
