"""Stamps of a request, checked before anything is written (contract, section 4.5.1, D7)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from apps.ceramic_cache.stamps.items import InvalidStamp, StampItem, check_items, check_number, provider_of_subject
from scorer_v2.primitives.errors import TooManyStamps

STAMP: dict[str, Any] = {"proof": {"proofValue": "0xabc"}, "credentialSubject": {"provider": "Google"}}


def stamp(**changes: Any) -> dict[str, Any]:
    """A change to `...` takes the member out."""
    return {name: value for name, value in {**STAMP, **changes}.items() if value is not ...}


def of(provider: str) -> dict[str, Any]:
    """A stamp whose credential is for that provider."""
    return stamp(credentialSubject={"provider": provider})


def test_an_item_has_what_is_stored_beside_the_json() -> None:
    dated = stamp(issuanceDate="2025-01-01T00:00:00Z", expirationDate="2099-01-01T02:00:00.5+02:00")
    assert check_items([("Google", dated)]) == [
        StampItem(
            provider="Google",
            proof_value="0xabc",
            issuance_date=datetime(2025, 1, 1, tzinfo=UTC),
            expiration_date=datetime(2099, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC),
        )
    ]


def test_items_come_in_the_order_of_the_request() -> None:
    names = ["Google", "Github", "google", "Google ", "\u00e9", "AllowList#A", "AllowList%23A"]
    assert [item.provider for item in check_items((name, of(name)) for name in names)] == names


def test_no_stamps_are_no_items() -> None:
    assert check_items([]) == []


@pytest.mark.parametrize("member", ["issuanceDate", "expirationDate"])
@pytest.mark.parametrize("value", [None, ...])
def test_a_date_may_be_missing_or_null(member: str, value: Any) -> None:
    (item,) = check_items([("Google", stamp(**{member: value}))])
    assert (item.issuance_date, item.expiration_date) == (None, None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2099-01-01T00:00:00", datetime(2099, 1, 1, tzinfo=UTC)),
        ("2099-01-01", datetime(2099, 1, 1, tzinfo=UTC)),
        ("2099-01-01 00:00:00.123Z", datetime(2099, 1, 1, 0, 0, 0, 123_000, tzinfo=UTC)),
        ("20990101T000000Z", datetime(2099, 1, 1, tzinfo=UTC)),
        ("2099-01-01T00:00:00-05:00", datetime(2099, 1, 1, 5, tzinfo=UTC)),
    ],
)
def test_a_date_is_a_moment_and_utc_without_a_zone(text: str, moment: datetime) -> None:
    (item,) = check_items([("Google", stamp(expirationDate=text))])
    assert item.expiration_date == moment
    assert item.expiration_date.tzinfo is UTC


FAULTS: dict[str, tuple[Any, Any, str]] = {
    "null": ("Google", None, "not an object"),
    "text": ("Google", "stamp", "not an object"),
    "number": ("Google", 1, "not an object"),
    "list": ("Google", [STAMP], "not an object"),
    "empty": ("Google", {}, "proof.proofValue"),
    "no provider": (None, STAMP, "no provider"),
    "empty provider": ("", STAMP, "no provider"),
    "provider a number": (5, STAMP, "no provider"),
    "provider too long": ("x" * 257, STAMP, "longer than 256"),
    "provider with a NUL": ("a\x00", STAMP, "NUL"),
    "provider of another credential": ("NFT", STAMP, "is not its credentialSubject.provider"),
    "provider in other letters": ("google", STAMP, "is not its credentialSubject.provider"),
    "provider with a space": ("Google ", STAMP, "is not its credentialSubject.provider"),
    "provider with an escaped #": ("AllowList%23A", of("AllowList#A"), "is not its credentialSubject.provider"),
    "provider in another Unicode form": ("e\u0301", of("\u00e9"), "is not its credentialSubject.provider"),
    "credential without a subject": ("Google", stamp(credentialSubject=...), "is not its credentialSubject.provider"),
    "no proof": ("Google", stamp(proof=...), "proof.proofValue"),
    "proof null": ("Google", stamp(proof=None), "proof.proofValue"),
    "proof a text": ("Google", stamp(proof="0x"), "proof.proofValue"),
    "proof a list": ("Google", stamp(proof=[{"proofValue": "0x"}]), "proof.proofValue"),
    "no proof value": ("Google", stamp(proof={"jws": "x"}), "proof.proofValue"),
    "proof value null": ("Google", stamp(proof={"proofValue": None}), "proof.proofValue"),
    "proof value empty": ("Google", stamp(proof={"proofValue": ""}), "proof.proofValue"),
    "proof value a number": ("Google", stamp(proof={"proofValue": 5}), "proof.proofValue"),
    "proof value too long": ("Google", stamp(proof={"proofValue": "x" * 257}), "longer than 256"),
    "proof value with a NUL": ("Google", stamp(proof={"proofValue": "\x00"}), "NUL"),
    "issuance no date": ("Google", stamp(issuanceDate="yesterday"), "issuanceDate"),
    "issuance empty": ("Google", stamp(issuanceDate=""), "issuanceDate"),
    "issuance a number": ("Google", stamp(issuanceDate=1_700_000_000), "issuanceDate"),
    "expiry no date": ("Google", stamp(expirationDate="2099-13-01T00:00:00Z"), "expirationDate"),
    "expiry a list": ("Google", stamp(expirationDate=[]), "expirationDate"),
    "expiry false": ("Google", stamp(expirationDate=False), "expirationDate"),
    "expiry before the year 1": ("Google", stamp(expirationDate="0001-01-01T00:00:00+05:00"), "expirationDate"),
    "expiry after the year 9999": ("Google", stamp(expirationDate="9999-12-31T23:00:00-05:00"), "expirationDate"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_names_the_item_and_what_is_wrong(fault: str) -> None:
    provider, faulty, text = FAULTS[fault]
    with pytest.raises(InvalidStamp) as refusal:
        check_items([("First", of("First")), (provider, faulty)])
    assert refusal.value.status == 400
    assert refusal.value.detail.startswith("Stamp 1: ")
    assert text in refusal.value.detail


@pytest.mark.parametrize("length", [256])
def test_values_may_be_as_long_as_their_columns(length: int) -> None:
    (item,) = check_items([("x" * length, {**of("x" * length), "proof": {"proofValue": "y" * length}})])
    assert (len(item.provider), len(item.proof_value)) == (length, length)


def test_the_provider_of_an_earlier_item_is_refused() -> None:
    with pytest.raises(InvalidStamp, match="Stamp 2: its provider 'Google' is that of an earlier stamp"):
        check_items([("Google", STAMP), ("Github", of("Github")), ("Google", STAMP)])


def test_the_first_fault_is_told() -> None:
    with pytest.raises(InvalidStamp, match="Stamp 0"):
        check_items([("Google", None), ("Google", None)])


@pytest.mark.parametrize(
    ("credential", "provider"),
    [
        (STAMP, "Google"),
        (stamp(credentialSubject=...), None),
        (stamp(credentialSubject=None), None),
        (stamp(credentialSubject=["Google"]), None),
        (stamp(credentialSubject={}), None),
        (stamp(credentialSubject={"provider": 5}), 5),
        (None, None),
        ("text", None),
        ([], None),
    ],
)
def test_the_provider_of_a_credential_is_its_subjects(credential: Any, provider: Any) -> None:
    assert provider_of_subject(credential) == provider


def test_a_hundred_stamps_are_allowed_and_one_more_is_not() -> None:
    check_number([None] * 100)
    with pytest.raises(TooManyStamps) as refusal:
        check_number([None] * 101)
    assert (refusal.value.status, refusal.value.detail) == (422, "You have submitted too many stamps.")
