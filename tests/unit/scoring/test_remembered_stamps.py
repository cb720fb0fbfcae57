"""What is remembered of addresses' stamps, and for how long."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from apps.registry.scoring.known_credentials import Attestation, KnownCredentials
from apps.registry.scoring.records import StoredStamp
from apps.registry.scoring.remembered_stamps import RememberedStamps, StampMemory, remembered
from tests.unit.scoring.factories import (
    ALICE,
    BOB,
    CAROL,
    EXPIRY,
    EXPIRY_TEXT,
    NOW,
    PAST,
    make_snapshot,
    make_stored,
)

ATTESTATION = Attestation("did:ethr:0x1", ALICE, "Google", EXPIRY, EXPIRY_TEXT, ("v0:a",), None)
ATTESTED = StoredStamp(1, 1, "Google", PAST, "", ATTESTATION)


def make_remembered(*stamps: StoredStamp) -> RememberedStamps:
    return RememberedStamps("1", stamps or (ATTESTED,), ("v0:a",), NOW)


def test_what_was_kept_is_recalled() -> None:
    memory = StampMemory(1)
    assert memory.recall(ALICE, now=NOW) is None
    memory.keep(ALICE, make_remembered())
    assert memory.recall(ALICE, now=NOW) == make_remembered()
    assert memory.recall(BOB, now=NOW) is None


def test_it_is_not_known_at_a_time_before_it_was_kept() -> None:
    memory = StampMemory(1)
    memory.keep(ALICE, make_remembered())
    assert memory.recall(ALICE, now=NOW - timedelta(microseconds=1)) is None


def test_an_address_has_one_version() -> None:
    memory = StampMemory(10)
    memory.keep(ALICE, make_remembered())
    later = make_remembered(ATTESTED, ATTESTED)._replace(version="2")
    memory.keep(ALICE, later)
    assert (len(memory), memory.recall(ALICE, now=NOW)) == (1, later)


def test_the_address_that_was_scored_longest_ago_leaves_first() -> None:
    memory = StampMemory(5)
    memory.keep(ALICE, make_remembered(ATTESTED, ATTESTED))
    memory.keep(BOB, make_remembered(ATTESTED, ATTESTED))
    memory.recall(ALICE, now=NOW)
    memory.keep(CAROL, make_remembered(ATTESTED, ATTESTED))
    assert [memory.recall(address, now=NOW) is not None for address in (ALICE, BOB, CAROL)] == [True, False, True]


def test_what_leaves_makes_room_for_as_much() -> None:
    memory = StampMemory(3)
    for address in (ALICE, BOB, ALICE, CAROL, ALICE) * 3:
        memory.keep(address, make_remembered(ATTESTED))
    assert len(memory) == 3
    memory.keep(BOB, make_remembered(ATTESTED, ATTESTED, ATTESTED))
    assert (len(memory), memory.recall(BOB, now=NOW) is not None) == (1, True)


def test_what_is_larger_than_all_is_not_kept_and_what_was_known_before_is_forgotten() -> None:
    memory = StampMemory(2)
    memory.keep(BOB, make_remembered())
    memory.keep(ALICE, make_remembered())
    memory.keep(ALICE, make_remembered(ATTESTED, ATTESTED, ATTESTED))
    assert (memory.recall(ALICE, now=NOW), memory.recall(BOB, now=NOW)) == (None, make_remembered())


def test_a_size_of_zero_remembers_nothing() -> None:
    memory = StampMemory(0)
    memory.keep(ALICE, make_remembered())
    assert memory.recall(ALICE, now=NOW) is None


def test_documents_that_are_kept_count_by_their_length() -> None:
    document = StoredStamp(1, 1, "Google", PAST, "x" * 2500)
    assert make_remembered(ATTESTED, document).size == 1 + 3
    assert make_remembered(document._replace(document="x" * 999)).size == 1


def test_a_known_credential_stands_for_its_document() -> None:
    known, stamp, other = KnownCredentials(10), make_stored(), make_stored(number=2, provider="Github")
    other = other._replace(document=other.document + " ")
    known.keep(stamp.document, ATTESTATION, now=NOW)
    snapshot = make_snapshot(stamp, other)
    assert remembered(snapshot, "1", known=known, now=NOW).stamps == [
        stamp._replace(document="", attestation=ATTESTATION),
        other,
    ]


def test_texts_that_a_credential_has_too_are_the_credentials() -> None:
    provider, nullifier = "".join(["Goo", "gle"]), "".join(["v0:", "a"])
    known, stamp = KnownCredentials(10), make_stored()._replace(provider=provider)
    known.keep(stamp.document, ATTESTATION, now=NOW)
    snapshot = replace(make_snapshot(stamp), nullifiers=(nullifier, "v0:another"))
    held = remembered(snapshot, "1", known=known, now=NOW)
    assert held.nullifiers == (nullifier, "v0:another")
    assert held.nullifiers[0] is ATTESTATION.nullifiers[0]
    assert held.stamps[0].provider is ATTESTATION.provider


def test_a_credential_that_is_filed_under_another_provider_stays_there() -> None:
    known, stamp = KnownCredentials(10), make_stored()._replace(provider="Filed")
    known.keep(stamp.document, ATTESTATION, now=NOW)
    assert remembered(make_snapshot(stamp), "1", known=known, now=NOW).stamps[0].provider == "Filed"


def test_a_credential_that_was_not_yet_known_keeps_its_document() -> None:
    known, stamp = KnownCredentials(10), make_stored()
    known.keep(stamp.document, ATTESTATION, now=NOW)
    assert remembered(make_snapshot(stamp), "1", known=known, now=PAST).stamps == [stamp]


def test_threads_may_share_it() -> None:
    memory = StampMemory(3)

    def use(number: int) -> None:
        memory.keep(str(number % 7), make_remembered())
        memory.recall(str(number % 5), now=NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(400)))
    assert len(memory) == 3
