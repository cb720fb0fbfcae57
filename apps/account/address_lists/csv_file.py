"""Address lists as CSV files (contract, section 6.4). Pure. The first column is the address; a header is optional."""

from scorer_v2.operations.csv_files import InvalidLine, ParsedFile, Record, names_of, read_records, sort_lines
from scorer_v2.primitives.addresses import is_address

HEADERS = frozenset({"address", "addresses", "wallet", "wallet address", "wallet_address", "eth_address"})


def parse_address_list(data: bytes) -> ParsedFile[str]:
    """The lowercased addresses of a file. Raises UnreadableFile."""
    records = read_records(data)
    if names_of(records[0])[0] in HEADERS:
        records = records[1:]
    return sort_lines(records, parse=_address, key=str)


def _address(record: Record) -> str:
    text = record.cells[0]
    if not text:
        raise InvalidLine("The line has no address in its first column.")
    if not is_address(text):
        raise InvalidLine(f"{text!r} is not an Ethereum address, or its checksum is wrong.")
    if text[:2].lower() != "0x":
        raise InvalidLine(f"The address {text} has no 0x in front.")
    return text.lower()
