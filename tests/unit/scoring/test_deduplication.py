from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from apps.registry.scoring.deduplication import deduplicate
from apps.registry.scoring.nullifiers import counting
from apps.registry.scoring.records import Deduplication, HashLink, ValidStamp
from tests.unit.scoring.factories import ALICE, BOB, CAROL, EXPIRY, FUTURE, NOW, PAST, make_links, make_valid

KEPT, LOST = "kept", "dedup"
MINE = (ALICE, EXPIRY)
Owners = dict[str, tuple[str, datetime]]


def part(*stamps: ValidStamp, links: Owners | None = None) -> Deduplication:
    return deduplicate(stamps, address=ALICE, links=make_links(**(links or {})), now=NOW)


def links_after(found: Deduplication, before: Owners) -> Owners:
    return {**before, **{link.hash: (link.address, link.expires_at) for link in (*found.claims, *found.backfills)}}


WORKED_TABLE: list[tuple[int, Any, Owners, str, Owners]] = [
    (1, ("a",), {}, KEPT, {"a": MINE}),
    (2, ("a",), {"a": MINE}, KEPT, {"a": MINE}),
    (3, ("a",), {"a": (ALICE, PAST)}, KEPT, {"a": MINE}),
    (3, ("a",), {"a": (ALICE, FUTURE)}, KEPT, {"a": MINE}),
    (4, ("a",), {"a": (BOB, FUTURE)}, LOST, {"a": (BOB, FUTURE)}),
    (5, ("a",), {"a": (BOB, PAST)}, KEPT, {"a": MINE}),
    (6, ("a", "b"), {"a": (BOB, FUTURE)}, LOST, {"a": (BOB, FUTURE), "b": (BOB, FUTURE)}),
    (7, ("a", "b"), {"b": (BOB, FUTURE)}, LOST, {"a": (BOB, FUTURE), "b": (BOB, FUTURE)}),
    (8, ("a", "b"), {"a": (BOB, FUTURE), "b": (CAROL, FUTURE)}, LOST, {"a": (BOB, FUTURE), "b": (CAROL, FUTURE)}),
    (9, ("a", "b"), {"a": MINE}, KEPT, {"a": MINE, "b": MINE}),
    (10, ("a", "b"), {"a": (BOB, FUTURE), "b": (CAROL, PAST)}, LOST, {"a": (BOB, FUTURE), "b": (CAROL, PAST)}),
    (11, ("a", "b"), {"a": (ALICE, PAST), "b": (BOB, FUTURE)}, LOST, {"a": (ALICE, PAST), "b": (BOB, FUTURE)}),
    (12, (("a",), ("a",)), {}, KEPT, {"a": MINE}),
    (13, (("a",), ("a",)), {"a": MINE}, KEPT, {"a": MINE}),
    (14, ("v0:a",), {"v1:b": (BOB, FUTURE)}, KEPT, {"v0:a": MINE, "v1:b": (BOB, FUTURE)}),
    (15, ("a",), {}, KEPT, {"a": MINE}),
    (16, (), {"v1:a": (BOB, FUTURE)}, KEPT, {"v1:a": (BOB, FUTURE)}),
]


@pytest.mark.parametrize(
    ("row", "nullifiers", "before", "fate", "after"), WORKED_TABLE, ids=[f"row {row[0]}" for row in WORKED_TABLE]
)
def test_it_follows_the_worked_table(row: int, nullifiers: Any, before: Owners, fate: str, after: Owners) -> None:
    """Rows 14 to 16 with what the flag, the community and the hash leave of the nullifiers; 17 is rows 1 to 5."""
    lists = nullifiers if nullifiers and isinstance(nullifiers[0], tuple) else (nullifiers,)
    stamps = tuple(make_valid(*names, number=number) for number, names in enumerate(lists))
    found = part(*stamps, links=before)
    assert (found.kept, found.deduplicated) == ((stamps, ()) if fate == KEPT else ((), stamps))
    assert links_after(found, before) == after


def test_row_14_the_flag_hides_the_claimed_nullifier() -> None:
    hidden = counting(("v0:a", "v1:b"), multi_nullifier=False)
    assert part(make_valid(*hidden), links={"v1:b": (BOB, FUTURE)}).kept
    shown = counting(("v0:a", "v1:b"), multi_nullifier=True)
    assert part(make_valid(*shown), links={"v1:b": (BOB, FUTURE)}).deduplicated


@pytest.mark.parametrize(
    "before",
    [{}, {"a": (BOB, PAST)}, {"a": (ALICE, PAST)}, {"a": (ALICE, EXPIRY - timedelta(microseconds=1))}],
    ids=["missing", "forfeited", "own, expired", "own, other date"],
)
def test_it_claims_links_that_need_writing(before: Owners) -> None:
    assert part(make_valid("a"), links=before).claims == (HashLink("a", ALICE, EXPIRY),)


def test_it_leaves_links_alone_that_say_what_they_should() -> None:
    found = part(make_valid("a", "b"), links={"a": MINE, "b": MINE})
    assert (found.claims, found.backfills) == ((), ())


def test_the_same_moment_at_another_offset_is_no_other_date() -> None:
    stamp = make_valid("a", expires_at=EXPIRY.astimezone(timezone(timedelta(hours=2))))
    assert part(stamp, links={"a": MINE}).claims == ()


def test_claims_are_written_in_utc(somewhere_else: None) -> None:
    stamp = make_valid("a", expires_at=EXPIRY.astimezone(timezone(timedelta(hours=23, minutes=59))))
    (claim,) = part(stamp).claims
    assert claim.expires_at.utcoffset() == timedelta(0)


def test_a_link_that_expires_now_is_forfeited() -> None:
    assert part(make_valid("a"), links={"a": (BOB, NOW)}).kept
    assert part(make_valid("a"), links={"a": (BOB, NOW + timedelta(microseconds=1))}).deduplicated


def test_of_two_kept_stamps_with_one_nullifier_the_last_ones_date_stays() -> None:
    early, late = make_valid("a", number=1, expires_at=FUTURE), make_valid("a", number=2)
    assert part(early, late).claims == (HashLink("a", ALICE, EXPIRY),)
    assert part(late, early).claims == (HashLink("a", ALICE, FUTURE),)
    assert part(early, late, links={"a": (ALICE, FUTURE)}).claims == (HashLink("a", ALICE, EXPIRY),)
    assert part(early, late, links={"a": MINE}).claims == ()


@pytest.mark.parametrize("kept_first", [True, False])
def test_a_nullifier_of_a_kept_and_a_deduplicated_stamp_belongs_to_the_address(kept_first: bool) -> None:
    kept, lost = make_valid("shared", number=1), make_valid("claimed", "shared", number=2)
    stamps = (kept, lost) if kept_first else (lost, kept)
    found = part(*stamps, links={"claimed": (BOB, FUTURE)})
    assert found.claims == (HashLink("shared", ALICE, EXPIRY),)
    assert found.backfills == ()


def test_a_nullifier_missing_in_two_deduplicated_stamps_follows_the_first() -> None:
    first, second = make_valid("of bob", "missing", number=1), make_valid("of carol", "missing", number=2)
    found = part(first, second, links={"of bob": (BOB, FUTURE), "of carol": (CAROL, EXPIRY)})
    assert found.backfills == (HashLink("missing", BOB, FUTURE),)


def test_the_first_claimed_nullifier_of_the_list_is_the_one_that_is_copied() -> None:
    owners = {"free": (CAROL, PAST), "own": (ALICE, FUTURE), "second": (BOB, FUTURE), "third": (CAROL, EXPIRY)}
    stamp = make_valid("missing", "free", "own", "third", "second")
    assert part(stamp, links=owners).backfills == (HashLink("missing", CAROL, EXPIRY),)


def test_stamps_keep_their_order_and_links_are_sorted_by_hash() -> None:
    stamps = [
        make_valid(*names, number=number) for number, names in enumerate([("z", "y"), ("q", "r", "p"), ("x", "a")])
    ]
    found = part(*stamps, links={"q": (BOB, FUTURE)})
    assert (found.kept, found.deduplicated) == ((stamps[0], stamps[2]), (stamps[1],))
    assert [link.hash for link in found.claims] == ["a", "x", "y", "z"]
    assert [link.hash for link in found.backfills] == ["p", "r"]


def test_links_of_stamps_that_the_address_no_longer_holds_are_left_alone() -> None:
    assert part(links={"a": MINE, "b": (BOB, FUTURE)}) == Deduplication((), (), (), ())
