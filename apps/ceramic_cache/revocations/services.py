"""Revocation lists (contract, section 6.3).

All of these run inside an open transaction, or in one of their own. All raise DatabaseUnavailable, the writing ones
also Conflict. Nobody computes scores again: see `addresses`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.ceramic_cache.revocations import managers
from apps.ceramic_cache.revocations.csv_file import COLUMN
from apps.ceramic_cache.revocations.managers import ProofValue
from scorer_v2.database.bulk import transaction
from scorer_v2.operations.csv_files import ParsedFile, RejectedLine, csv_lines
from scorer_v2.primitives.errors import NotFound

NO_LIST = "There is no such revocation list."


@dataclass(frozen=True, slots=True)
class RevocationListCounts:
    """What an import does, or did, in proof values; `stamps` in stored stamps that get revoked.

    `new` have live stamps that are not revoked, `already_there` live ones that all are, `deleted` deleted ones only,
    `unknown` none at all: these are in `unknown_lines`. `addresses` are filled by an import.
    """

    new: int
    stamps: int
    already_there: int
    deleted: int
    unknown: int
    invalid: int
    duplicates: int
    unknown_lines: tuple[RejectedLine, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemovedRevocations:
    """How many revocations were removed, and the addresses whose live stamps count again."""

    revocations: int
    addresses: tuple[str, ...]


def preview_revocation_list(*, file: ParsedFile[str]) -> RevocationListCounts:
    """What importing the file would do."""
    with transaction() as bulk:
        return _counts(file, managers.compare(bulk, file.entries))


def import_revocation_list(*, revocation_list_id: int, file: ParsedFile[str]) -> RevocationListCounts:
    """Revokes all live unrevoked stamps of the valid lines' proof values. Doing it again revokes what came since.

    Raises NotFound without the list.
    """
    with transaction() as bulk:
        if not managers.lock_list(bulk, revocation_list_id):
            raise NotFound(NO_LIST)
        found = managers.compare(bulk, file.entries)
        addresses = managers.add(bulk, file.entries, revocation_list_id=revocation_list_id)
    return _counts(file, found, addresses=addresses)


def remove_revocation_list_entries(*, revocation_list_id: int) -> RemovedRevocations:
    """Deletes exactly the revocations that the list added. The list itself stays. Raises NotFound without it."""
    with transaction() as bulk:
        if not managers.lock_list(bulk, revocation_list_id):
            raise NotFound(NO_LIST)
        revocations, addresses = managers.remove(bulk, revocation_list_id)
    return RemovedRevocations(revocations, tuple(sorted(addresses)))


def export_revocation_list(*, revocation_list_id: int) -> Iterator[str]:
    """The list as lines of a CSV file that can be imported again; a proof value comes once for each stamp of it."""
    yield from csv_lines([(COLUMN,)])
    for page in _pages(revocation_list_id):
        yield from csv_lines((proof_value,) for _, proof_value in page)


def _pages(revocation_list_id: int) -> Iterator[list[tuple[Any, ...]]]:
    """No transaction is open while somebody reads a page."""
    after = 0
    while True:
        with transaction() as bulk:
            page = managers.page(bulk, revocation_list_id, after=after)
        if not page:
            return
        yield page
        after = page[-1][0]


def _counts(
    file: ParsedFile[str], found: list[ProofValue], *, addresses: list[str] | None = None
) -> RevocationListCounts:
    known = {value.text for value in found}
    new = sum(value.revocable > 0 for value in found)
    revoked = sum(value.revocable == 0 and value.revoked > 0 for value in found)
    unknown = tuple(
        RejectedLine(line, "No stored stamp has this proof value.", (entry,))
        for entry, line in zip(file.entries, file.lines, strict=True)
        if entry not in known
    )
    return RevocationListCounts(
        new=new,
        stamps=sum(value.revocable for value in found),
        already_there=revoked,
        deleted=len(found) - new - revoked,
        unknown=len(unknown),
        invalid=len(file.invalid),
        duplicates=len(file.duplicates),
        unknown_lines=unknown,
        addresses=tuple(sorted(addresses or ())),
    )
