from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from apps.registry.scoring.records import StoredStamp, ValidStamp
from apps.registry.scoring.validity import InvalidStampError, examine, examine_proven, parse_expiry
from tests.unit.scoring.factories import (
    ALICE,
    BOB,
    EXPIRY,
    EXPIRY_TEXT,
    NOW,
    RULES,
    make_credential,
    make_stored,
    make_subject,
)


def verdict(stamp: StoredStamp, **changes: Any) -> ValidStamp | str:
    settings: dict[str, Any] = {"address": ALICE, "rules": RULES, "now": NOW, "proof_fault": lambda *_: None}
    return examine(stamp, **{**settings, **changes})


def fault_of(credential: Any, **changes: Any) -> str:
    stamp = make_stored(credential, provider="Google")
    found = verdict(stamp, **changes)
    assert isinstance(found, str)
    if "proof_fault" not in changes:
        assert isinstance(verdict_of_proven(stamp, credential, **changes), str)
    return found


def verdict_of_proven(stamp: StoredStamp, credential: Any, **changes: Any) -> ValidStamp | str:
    """Of a credential that is parsed already."""
    settings: dict[str, Any] = {"address": ALICE, "rules": RULES, "now": NOW}
    return examine_proven(stamp, credential, **{**settings, **changes})


def test_it_gives_a_valid_stamp_with_what_the_scoring_needs() -> None:
    stamp = make_stored(make_credential(provider="Github", nullifiers=("v0:a", "v1:a")), number=9)
    assert verdict(stamp) == ValidStamp(
        stamp_id=9, provider="Github", credential_provider="Github", expires_at=EXPIRY, expiration_text=EXPIRY_TEXT,
        nullifiers=("v0:a", "v1:a"), human_key="v1:a",
    )  # fmt: skip


def test_a_proven_credential_gives_the_same_without_its_other_members() -> None:
    credential = make_credential(provider="Github", nullifiers=("v0:a", "v1:a"))
    stamp = make_stored(credential, number=9, provider="Google")
    rules = replace(RULES, multi_nullifier=False)
    assert verdict_of_proven(stamp, credential, rules=rules) == verdict(stamp, rules=rules)


def test_the_flag_decides_which_nullifiers_count_but_not_the_human_key() -> None:
    stamp = make_stored(make_credential(nullifiers=("v0:a", "v1:a")))
    found = verdict(stamp, rules=replace(RULES, multi_nullifier=False))
    assert isinstance(found, ValidStamp)
    assert (found.nullifiers, found.human_key) == (("v0:a",), "v1:a")


@pytest.mark.parametrize(
    "document",
    ["", "null", "[]", '"text"', "7", "{", "[" * 100_000, '{"issuer": NaN}', "\ud800"],
    ids=lambda d: ascii(d)[:20],
)
def test_a_document_that_is_no_credential_is_not_valid(document: str) -> None:
    found = verdict(StoredStamp(1, 1, "Google", NOW, document))
    assert isinstance(found, str)
    assert found


@pytest.mark.parametrize(
    "issuer", ["did:ethr:0xother", RULES, None, "", ["x"], {"id": "x"}, 7], ids=lambda i: str(i)[:9]
)
def test_an_untrusted_issuer_is_not_valid(issuer: Any) -> None:
    issuer = next(iter(RULES.trusted_issuers)).upper() if issuer is RULES else issuer
    assert "issuer" in fault_of(make_credential(issuer=issuer))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (None, "missing"),
        (4102444800, "missing"),
        (["2099-01-01T00:00:00Z"], "missing"),
        ("", "date"),
        ("soon", "date"),
        ("2099-01-01T00:00:00+24:00", "date"),
        ("2099-02-30T00:00:00Z", "date"),
        ("2099-01-01T00:00:00", "zone"),
        ("2099-01-01", "zone"),
        ("9999-12-31T23:00:00-02:00", "range"),
        ("0001-01-01T00:00:00+02:00", "range"),
        ("2020-01-01T00:00:00Z", "expired"),
    ],
)
def test_a_credential_without_a_usable_expiry_is_not_valid(text: Any, word: str) -> None:
    assert word in fault_of(make_credential(expirationDate=text))


def test_a_credential_without_the_key_is_not_valid() -> None:
    credential = make_credential()
    del credential["expirationDate"]
    assert "missing" in fault_of(credential)


def test_a_credential_is_valid_up_to_the_moment_it_expires() -> None:
    stamp = make_stored(make_credential(expirationDate="2026-01-02T05:04:05.678901+02:00"))
    assert isinstance(verdict(stamp), ValidStamp)
    assert verdict(stamp, now=NOW + timedelta(microseconds=1)) == "The credential has expired."


@pytest.mark.parametrize("offset", ["+23:59", "-12:00", "+01:02:03", "+01:02:03.000004"])
def test_the_parsed_expiry_keeps_its_offset(offset: str) -> None:
    parsed = parse_expiry(f"2099-01-01T00:00:00{offset}")
    assert parsed.isoformat().startswith(f"2099-01-01T00:00:00{offset}")
    assert parsed.astimezone(UTC).year in (2098, 2099)


def test_the_last_moment_that_can_be_stored_is_a_date() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    assert parse_expiry("9999-12-31T23:59:59.999999Z") == last
    assert parse_expiry("9999-12-31T23:59:59+00:01").tzinfo == timezone(timedelta(minutes=1))
    with pytest.raises(InvalidStampError):
        parse_expiry("9999-12-31T23:59:59.999999-00:01")


@pytest.mark.parametrize("subject", [None, {}, [], "text", 7, [{"id": "x"}]], ids=repr)
def test_a_subject_that_is_no_object_is_not_valid(subject: Any) -> None:
    assert "credentialSubject" in fault_of(make_credential(subject=subject))


@pytest.mark.parametrize(
    "changes",
    [{name: value} for name in ("provider", "id") for value in (..., None, "", 7, ["x"], {"a": 1})],
    ids=repr,
)
def test_a_subject_without_provider_or_id_is_not_valid(changes: dict[str, Any]) -> None:
    assert next(iter(changes)) in fault_of(make_credential(subject=make_subject(**changes)))


@pytest.mark.parametrize("provider", ["Goo\0gle", "Goo\ud800gle"], ids=ascii)
def test_a_provider_that_cannot_be_stored_is_not_valid(provider: str) -> None:
    assert fault_of(make_credential(provider=provider))


@pytest.mark.parametrize(
    "changes",
    [
        {"nullifiers": ...},
        {"nullifiers": []},
        {"nullifiers": None},
        {"nullifiers": ..., "hash": None},
        {"nullifiers": [], "hash": ""},
    ],
    ids=repr,
)
def test_a_subject_with_neither_hash_nor_nullifiers_is_not_valid(changes: dict[str, Any]) -> None:
    assert "neither" in fault_of(make_credential(subject=make_subject(**changes)))


@pytest.mark.parametrize(
    "changes", [{"hash": "v0:h", "nullifiers": []}, {"hash": None}, {"nullifiers": [None]}], ids=repr
)
def test_a_truthy_one_of_the_two_is_enough(changes: dict[str, Any]) -> None:
    assert isinstance(verdict(make_stored(make_credential(subject=make_subject(**changes)))), ValidStamp)


@pytest.mark.parametrize(
    "holder",
    [
        f"did:pkh:eip155:1:{BOB}",
        f"did:pkh:eip155:10:{ALICE}",
        ALICE,
        f"did:pkh:eip155:1:{ALICE} ",
        f"did:pkh:eip155:1:{ALICE[2:]}",
    ],
)
def test_a_credential_of_another_holder_is_not_valid(holder: str) -> None:
    assert "holder" in fault_of(make_credential(subject=make_subject(id=holder)))


def test_the_holder_is_compared_in_lower_case() -> None:
    subject = make_subject(id=f"DID:PKH:EIP155:1:{ALICE.upper()}")
    assert isinstance(verdict(make_stored(make_credential(subject=subject))), ValidStamp)


@pytest.mark.parametrize("nullifiers", ["v0:a", ["v0:" + "x" * 98], ["v1:" + "x" * 98], ["v0:\0"]], ids=ascii)
def test_nullifiers_that_cannot_be_stored_are_not_valid(nullifiers: Any) -> None:
    rules = replace(RULES, multi_nullifier=False)
    assert "ullifier" in fault_of(make_credential(nullifiers=nullifiers), rules=rules)


def test_an_unsound_proof_is_not_valid_and_gives_its_reason() -> None:
    assert fault_of(make_credential(), proof_fault=lambda *_: "The signature is wrong.") == "The signature is wrong."


def test_the_proof_is_checked_only_when_all_else_is_right() -> None:
    seen: list[Mapping[str, Any]] = []

    def look(credential: Mapping[str, Any]) -> None:
        seen.append(credential)

    verdict(make_stored(), proof_fault=look)
    assert seen == [make_credential()]
    fault_of(make_credential(address=BOB), proof_fault=look)
    assert len(seen) == 1


@pytest.mark.parametrize(
    "error", [KeyError("proof"), ValueError(), ValueError("odd"), RecursionError(), ZeroDivisionError()]
)
def test_a_check_that_throws_makes_the_stamp_invalid(error: Exception) -> None:
    def throw(*_: Any) -> str | None:
        raise error

    assert fault_of(make_credential(), proof_fault=throw)
