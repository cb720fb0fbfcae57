"""Revocation lists as CSV files (contract, section 6.3). Pure.

The column `proof_value` where there is a header, others being ignored; else the first column.
"""

from scorer_v2.operations.csv_files import InvalidLine, ParsedFile, Record, names_of, read_records, sort_lines

COLUMN = "proof_value"
LONGEST_PROOF_VALUE = 256


def parse_revocation_list(data: bytes) -> ParsedFile[str]:
    """The proof values of a file. Raises UnreadableFile."""
    records = read_records(data)
    names = names_of(records[0])
    column = 0
    if COLUMN in names:
        column = names.index(COLUMN)
        records = records[1:]
    return sort_lines(records, parse=lambda record: _proof_value(record, column), key=str)


def _proof_value(record: Record, column: int) -> str:
    value = record.cells[column] if column < len(record.cells) else ""
    if not value:
        raise InvalidLine("The line has no proof value.")
    if len(value) > LONGEST_PROOF_VALUE:
        raise InvalidLine(f"The proof value is longer than {LONGEST_PROOF_VALUE} characters.")
    return value
