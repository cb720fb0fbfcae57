"""What is remembered of credentials whose proof holds, and what is checked again all the same."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.registry.scoring.known_credentials import Attestation, KnownCredentials
from apps.registry.scoring.records import ValidStamp
from apps.registry.scoring.scoring import compute
from apps.registry.scoring.validity import examine
from tests.unit.scoring.factories import (
    ALICE,
    BOB,
    EXPIRY,
    EXPIRY_TEXT,
    NOW,
    RULES,
    make_credential,
    make_snapshot,
    make_stored,
)

ATTESTATION = Attestation("did:ethr:0x1", ALICE, "Google", EXPIRY, EXPIRY_TEXT, ("v0:a",), None)
EARLIER = NOW - timedelta(days=1)


class Proofs:
    """Verifies, and counts how often."""

    def __init__(self, *, created: datetime = EARLIER, reason: str | None = None) -> None:
        self.created = created
        self.reason = reason
        self.verified = 0

    def fault(self, now: datetime) -> str | None:
        self.verified += 1
        return "the proof was created in the future" if self.created > now else self.reason


def look(known: KnownCredentials, proofs: Proofs, **changes: Any) -> ValidStamp | str:
    settings: dict[str, Any] = {"stamp": make_stored(), "address": ALICE, "rules": RULES, "now": NOW, **changes}
    stamp, now = settings.pop("stamp"), settings["now"]
    return examine(stamp, known=known, proof_fault=lambda _: proofs.fault(now), **settings)


def test_a_known_credential_is_not_verified_again() -> None:
    known, proofs = KnownCredentials(10), Proofs()
    first, second = look(known, proofs), look(known, proofs)
    assert isinstance(first, ValidStamp)
    assert first == second
    assert proofs.verified == 1


def test_it_takes_the_id_of_the_row_that_it_is_found_in() -> None:
    known, proofs = KnownCredentials(10), Proofs()
    look(known, proofs)
    again = look(known, proofs, stamp=make_stored(number=77))
    assert isinstance(again, ValidStamp)
    assert again.stamp_id == 77
    assert proofs.verified == 1


def test_a_known_credential_in_a_row_of_another_provider_does_not_count() -> None:
    known, proofs = KnownCredentials(10), Proofs()
    look(known, proofs)
    assert isinstance(look(known, proofs, stamp=make_stored(provider="Elsewhere")), str)
    assert known.refused == 0
    assert isinstance(look(known, proofs), ValidStamp)


def test_which_nullifiers_count_is_asked_anew() -> None:
    known, proofs = KnownCredentials(10), Proofs()
    stamp = make_stored(make_credential(nullifiers=("v0:a", "v1:a")))
    first = look(known, proofs, stamp=stamp)
    again = look(known, proofs, stamp=stamp, rules=replace(RULES, multi_nullifier=False))
    assert isinstance(first, ValidStamp)
    assert isinstance(again, ValidStamp)
    assert (first.nullifiers, again.nullifiers) == (("v0:a", "v1:a"), ("v0:a",))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rules": replace(RULES, trusted_issuers=frozenset())}, "The issuer is not trusted."),
        ({"now": EXPIRY + timedelta(seconds=1)}, "The credential has expired."),
        ({"address": BOB}, "The credential belongs to another holder."),
    ],
)
def test_a_known_credential_is_refused_for_what_may_have_changed(changes: dict[str, Any], reason: str) -> None:
    known, proofs = KnownCredentials(10), Proofs()
    look(known, proofs)
    assert look(known, proofs, **changes) == look(KnownCredentials(10), proofs, **changes) == reason


def test_a_credential_that_does_not_hold_is_not_verified_again() -> None:
    known, proofs = KnownCredentials(10), Proofs(reason="the signature is not the issuer's")
    assert look(known, proofs) == look(known, proofs) == "the signature is not the issuer's"
    assert (proofs.verified, len(known), known.refused) == (1, 0, 1)


@pytest.mark.parametrize("document", ["{", "[]", '{"a":' + "[" * 70 + "]" * 70 + "}"])
def test_a_document_that_is_no_credential_is_remembered_as_such(document: str) -> None:
    known, stamp = KnownCredentials(10), make_stored()._replace(document=document)
    first = look(known, Proofs(), stamp=stamp)
    assert isinstance(first, str)
    assert look(known, Proofs(), stamp=stamp) == first
    assert known.refused == 1


@pytest.mark.parametrize(
    "reason", ["the proof was created in the future", "the proof could not be checked (MemoryError)"]
)
def test_a_refusal_that_a_later_time_may_lift_is_not_remembered(reason: str) -> None:
    known, proofs = KnownCredentials(10), Proofs(reason=reason)
    assert look(known, proofs) == look(known, proofs) == reason
    assert (proofs.verified, known.refused) == (2, 0)


def test_a_check_that_throws_is_not_remembered() -> None:
    def fail(_: Any) -> None:
        raise MemoryError

    known, changes = KnownCredentials(10), {"address": ALICE, "rules": RULES, "now": NOW}
    assert isinstance(examine(make_stored(), known=known, proof_fault=fail, **changes), str)
    assert known.refused == 0
    assert isinstance(look(known, Proofs()), ValidStamp)


def test_a_refusal_is_for_one_address_and_one_set_of_issuers() -> None:
    known = KnownCredentials(10)
    assert isinstance(look(known, Proofs(), address=BOB), str)
    assert isinstance(look(known, Proofs(), rules=replace(RULES, trusted_issuers=frozenset())), str)
    assert known.refused == 2
    assert isinstance(look(known, Proofs()), ValidStamp)


def test_a_refusal_is_not_used_for_a_time_before_it() -> None:
    """A clock that was ahead found the credential expired."""
    known = KnownCredentials(10)
    assert look(known, Proofs(), now=EXPIRY + timedelta(days=1)) == "The credential has expired."
    assert isinstance(look(known, Proofs()), ValidStamp)


def test_refused_credentials_do_not_displace_valid_ones() -> None:
    known = KnownCredentials(2)
    look(known, Proofs())
    for number in range(10):
        look(known, Proofs(), stamp=make_stored()._replace(document=f"[{number}]"))
    assert (len(known), known.refused) == (1, 2)
    unused = Proofs()
    assert isinstance(look(known, unused), ValidStamp)
    assert unused.verified == 0


def test_a_document_that_is_too_large_is_refused_without_being_read_or_remembered() -> None:
    known = KnownCredentials(2)
    stamp = make_stored()._replace(document="{" + " " * 20_000 + "}")
    assert look(known, Proofs(), stamp=stamp) == "the document is larger than 16384 bytes"
    assert known.refused == 0


def test_a_proof_of_the_future_is_found_valid_when_its_time_has_come() -> None:
    known, proofs = KnownCredentials(10), Proofs()
    assert isinstance(look(known, proofs, now=EARLIER - timedelta(days=1)), str)
    assert isinstance(look(known, proofs), ValidStamp)


def test_a_proof_is_verified_again_for_a_time_before_it_was_found_to_hold() -> None:
    known, proofs = KnownCredentials(10), Proofs()
    look(known, proofs)
    assert isinstance(look(known, proofs, now=EARLIER - timedelta(days=1)), str)
    assert proofs.verified == 2
    assert isinstance(look(known, proofs), ValidStamp)


def test_a_document_that_differs_in_one_byte_is_another() -> None:
    known = KnownCredentials(10)
    known.keep("{}", ATTESTATION, now=NOW)
    assert known.recall("{} ", now=NOW) is None
    assert known.recall("{}", now=NOW) is ATTESTATION


def test_the_least_recently_used_one_leaves_first() -> None:
    known = KnownCredentials(2)
    for document in ("a", "b"):
        known.keep(document, ATTESTATION, now=NOW)
    known.recall("a", now=NOW)
    known.keep("c", ATTESTATION, now=NOW)
    assert [known.recall(document, now=NOW) is not None for document in "abc"] == [True, False, True]
    assert len(known) == 2


def test_a_size_of_zero_turns_it_off() -> None:
    known, proofs = KnownCredentials(0), Proofs()
    assert isinstance(look(known, proofs), ValidStamp)
    assert isinstance(look(known, proofs), ValidStamp)
    assert (proofs.verified, len(known)) == (2, 0)


def test_a_document_that_is_no_unicode_is_not_known_and_does_not_raise() -> None:
    assert KnownCredentials(10).recall("\ud800", now=NOW) is None


def test_threads_may_share_it() -> None:
    known = KnownCredentials(3)

    def use(number: int) -> None:
        document = str(number % 7)
        if known.recall(document, now=NOW) is None:
            known.keep(document, ATTESTATION, now=NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(400)))
    assert len(known) == 3


def test_a_memory_of_one_remembers_one() -> None:
    known = KnownCredentials(1)
    known.keep("{}", ATTESTATION, now=NOW)
    assert (len(known), known.recall("{}", now=NOW)) == (1, ATTESTATION)


def test_a_whole_scoring_remembers() -> None:
    known, proofs = KnownCredentials(10), Proofs()
    for _ in range(2):
        compute(make_snapshot(make_credential()), rules=RULES, now=NOW, known=known,
                proof_fault=lambda _: proofs.fault(NOW))  # fmt: skip
    assert proofs.verified == 1
