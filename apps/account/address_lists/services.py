"""Members of address lists (contract, section 6.4).

All of these run inside an open transaction, or in one of their own. All raise DatabaseUnavailable, the writing ones
also Conflict. A list carries no record of the file that an address came from: what a file added is removed by the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.account.address_lists import managers
from scorer_v2.database.bulk import transaction
from scorer_v2.operations.csv_files import ParsedFile, csv_lines
from scorer_v2.primitives.errors import NotFound

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
        held = managers.count_members(bulk, file.entries, address_list_id=address_list_id) if address_list_id else 0
    return _counts(file, new=len(file.entries) - held)


def import_address_list(*, address_list_id: int, file: ParsedFile[str]) -> AddressListCounts:
    """Adds the addresses of the valid lines. Doing it again adds none. Raises NotFound without the list."""
    with transaction() as bulk:
        if not managers.lock_list(bulk, address_list_id):
            raise NotFound(NO_LIST)
        return _counts(file, new=managers.add(bulk, file.entries, address_list_id=address_list_id))


def remove_address_list_entries(*, address_list_id: int, file: ParsedFile[str]) -> int:
    """Takes the addresses of the file off the list, and gives their number. Raises NotFound without the list."""
    with transaction() as bulk:
        if not managers.lock_list(bulk, address_list_id):
            raise NotFound(NO_LIST)
        return managers.remove(bulk, file.entries, address_list_id=address_list_id)


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
            page = managers.page(bulk, address_list_id, after=after)
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
