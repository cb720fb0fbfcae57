"""Members of address lists (contract, section 6.4).

All of these run inside an open transaction, or in one of their own. All raise DatabaseUnavailable, the writing ones
also Conflict. A list carries no record of the file that an address came from: what a file added is removed by the file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scorer_v2.database.bulk import BulkTransaction, transaction
from scorer_v2.database.round_trips import statement
from scorer_v2.operations.csv_files import (
    InvalidLine,
    ParsedFile,
    Record,
    csv_lines,
    names_of,
    read_records,
    sort_lines,
)
from scorer_v2.primitives.addresses import is_address
from scorer_v2.primitives.errors import NotFound

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


CHUNK = 10_000

# Holds the list, so that two imports of it run one after the other.
LOCK_LIST = statement(
    "account.lock_address_list", "SELECT id FROM account_addresslist WHERE id = %(address_list_id)s FOR UPDATE"
)

# How many of the addresses are on the list.
COUNT_MEMBERS = statement(
    "account.count_address_list_members",
    """
    SELECT count(*) FROM account_addresslistmember
    WHERE list_id = %(address_list_id)s AND address = ANY(%(addresses)s::text[])
    """,
)

# Adds the addresses that are not on the list, in the file's order.
ADD = statement(
    "account.add_address_list_members",
    """
    INSERT INTO account_addresslistmember (list_id, address)
    SELECT %(address_list_id)s, address
    FROM unnest(%(addresses)s::text[]) WITH ORDINALITY AS line(address, position) ORDER BY position
    ON CONFLICT (address, list_id) DO NOTHING
    """,
)

# Takes the addresses off the list.
REMOVE = statement(
    "account.remove_address_list_members",
    """
    DELETE FROM account_addresslistmember
    WHERE list_id = %(address_list_id)s AND address = ANY(%(addresses)s::text[])
    """,
)

# A page of a list.
EXPORT = statement(
    "account.export_address_list",
    """
    SELECT id, address FROM account_addresslistmember
    WHERE list_id = %(address_list_id)s AND id > %(after)s ORDER BY id LIMIT %(limit)s
    """,
)


def lock_list(bulk: BulkTransaction, address_list_id: int) -> bool:
    """Whether the list exists."""
    return bool(bulk.rows(LOCK_LIST, {"address_list_id": address_list_id}))


def count_members(bulk: BulkTransaction, addresses: Sequence[str], *, address_list_id: int) -> int:
    return int(bulk.row(COUNT_MEMBERS, _values(addresses, address_list_id))[0])


def add(bulk: BulkTransaction, addresses: Sequence[str], *, address_list_id: int) -> int:
    return bulk.count(ADD, _values(addresses, address_list_id))


def remove(bulk: BulkTransaction, addresses: Sequence[str], *, address_list_id: int) -> int:
    return bulk.count(REMOVE, _values(addresses, address_list_id))


def page_of_members(bulk: BulkTransaction, address_list_id: int, *, after: int) -> list[tuple[Any, ...]]:
    """The list's next members after an id: id and address."""
    return bulk.rows(EXPORT, {"address_list_id": address_list_id, "after": after, "limit": CHUNK})


def _values(addresses: Sequence[str], address_list_id: int) -> dict[str, Any]:
    return {"address_list_id": address_list_id, "addresses": list(addresses)}


NO_LIST = "There is no such address list."


@dataclass(frozen=True, slots=True)
class AddressListCounts:
    """What an import does, or did, in addresses."""

    new: int
    already_there: int
    invalid: int
    duplicates: int


def preview_address_list(*, address_list_id: int | None, file: ParsedFile[str]) -> AddressListCounts:
    """What importing the file would do; None for a list that does not exist yet."""
    with transaction() as bulk:
        held = count_members(bulk, file.entries, address_list_id=address_list_id) if address_list_id else 0
    return _counts(file, new=len(file.entries) - held)


def import_address_list(*, address_list_id: int, file: ParsedFile[str]) -> AddressListCounts:
    """Adds the addresses of the valid lines. Doing it again adds none. Raises NotFound without the list."""
    with transaction() as bulk:
        if not lock_list(bulk, address_list_id):
            raise NotFound(NO_LIST)
        return _counts(file, new=add(bulk, file.entries, address_list_id=address_list_id))


def remove_address_list_entries(*, address_list_id: int, file: ParsedFile[str]) -> int:
    """Takes the addresses of the file off the list, and gives their number. Raises NotFound without the list."""
    with transaction() as bulk:
        if not lock_list(bulk, address_list_id):
            raise NotFound(NO_LIST)
        return remove(bulk, file.entries, address_list_id=address_list_id)


def export_address_list(*, address_list_id: int) -> Iterator[str]:
    """The list as lines of a CSV file that can be imported again."""
    yield from csv_lines([("address",)])
    for page in _pages(address_list_id):
        yield from csv_lines((address,) for _, address in page)


def _pages(address_list_id: int) -> Iterator[list[tuple[Any, ...]]]:
    """No transaction is open while somebody reads a page."""
    after = 0
    while True:
        with transaction() as bulk:
            page = page_of_members(bulk, address_list_id, after=after)
        if not page:
            return
        yield page
        after = page[-1][0]


def _counts(file: ParsedFile[str], *, new: int) -> AddressListCounts:
    return AddressListCounts(
        new=new,
        already_there=len(file.entries) - new,
        invalid=len(file.invalid),
        duplicates=len(file.duplicates),
    )
