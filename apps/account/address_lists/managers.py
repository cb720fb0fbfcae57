"""SQL of address lists' members."""

from collections.abc import Sequence
from typing import Any

from scorer_v2.database.bulk import BulkTransaction
from scorer_v2.database.round_trips import statement

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


def page(bulk: BulkTransaction, address_list_id: int, *, after: int) -> list[tuple[Any, ...]]:
    """The list's next members after an id: id and address."""
    return bulk.rows(EXPORT, {"address_list_id": address_list_id, "after": after, "limit": CHUNK})


def _values(addresses: Sequence[str], address_list_id: int) -> dict[str, Any]:
    return {"address_list_id": address_list_id, "addresses": list(addresses)}
