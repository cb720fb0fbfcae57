"""Why a proof does not hold, in the words that people read (`verify_stamps`, `explain_score`)."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.registry.scoring import proofs
from apps.registry.scoring.documents import InvalidDocument, check_document, parse_document
from apps.registry.scoring.eip712 import MAX_MEMBERS
from apps.registry.scoring.proof_values import NON_CANONICAL
from tests.unit.scoring.proof_samples import ed25519, eip712, fault_of, types_of

DIGITS = "a text of hexadecimal digits was expected"
NO_TYPE_SIZE = "a type has a size that does not exist"
NOT_SPELLED = "a type is not spelled right"
NO_SIZE = "a type has a size that is no number"
TOO_LARGE = "a number is too large"
NOT_SIGNED = "the signature is not the issuer's, or something that it covers was changed"
UNKNOWN_MEMBER = "the credential has a member that is not known, or lacks one"
NO_MEMBER = "an object lacks a member"
NO_TIME = "a date has a time that does not exist"
NO_DAY = "a date has a day that does not exist"


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("X" * 129, {}, "a type's name is too long"),
        ("X" * 128, {}, "a type that is used has no definition"),
        ("string]", "", NOT_SPELLED),
        ("uint", 1, NO_SIZE),
        ("uint18446744073709551615", 1, NO_TYPE_SIZE),
        ("uint18446744073709551616", 1, NO_SIZE),
        ("uint7", 1, NO_TYPE_SIZE),
        ("string[]", "a", "a list was expected where the types name an array"),
        ("string[1]", [], "a list does not have the length that its type names"),
        ("string", 7, "a text was expected where the types name a string"),
        pytest.param("string", "\ud800", "a text is not valid Unicode", id="a lone surrogate"),
        pytest.param("string", "\ud800" * 200, "a text is not valid Unicode", id="lone surrogates"),
        ("address", "0x00", "an address does not have 20 bytes"),
        ("bool", 2, "a truth value was expected where the types name a bool"),
        ("bytes2", "0x00", "a value does not have the number of bytes that its type names"),
        ("bytes33", "0x" + "00" * 33, "a value does not have the number of bytes that its type names"),
        ("int8", "0x", "a number has no digits"),
        ("uint64", 2**63, TOO_LARGE),
        ("int64", -(2**63) - 1, TOO_LARGE),
        ("uint256", "0x" + "ff" * 33, TOO_LARGE),
        ("bytes", "ab", DIGITS),
        ("Missing", {}, "a type that is used has no definition"),
        ("CredentialSubject", [], "an object was expected where the types name a struct"),
        ("CredentialSubject", {"b": 1}, "a member is not covered by the types"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_value_that_does_not_fit_its_type(kind: str, value: Any, reason: str) -> None:
    credential = eip712()
    credential["credentialSubject"]["extra"] = value
    types_of(credential)["CredentialSubject"].append({"name": "extra", "type": kind})

    assert fault_of(credential) == reason


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ("no list", f"a type is not a list of at most {MAX_MEMBERS} members"),
        ([{"name": "a", "type": "bool"}] * (MAX_MEMBERS + 1), f"a type is not a list of at most {MAX_MEMBERS} members"),
        ([{"name": f"a{number}", "type": "bool"} for number in range(MAX_MEMBERS)], NOT_SIGNED),
        ([{"name": "a", "type": "bool"}] * 2, "a type has two members of one name"),
        ([{"name": "a", "type": "bool[][][][][]"}], "an array has more than 4 dimensions"),
        (["no object"], "a type's member is not an object"),
        ([{"name": "a"}], "a type's member lacks a type or a name"),
        ([{"type": "bool"}], "a type's member lacks a type or a name"),
    ],
)
def test_types_that_are_none(members: Any, reason: str) -> None:
    credential = eip712(nullifiers=["v0:changed"])
    credential["credentialSubject"]["nullifiers"] = ["v0:one"]
    types_of(credential)["Unused"] = members

    assert fault_of(credential) == reason


Change = Callable[[dict[str, Any]], object]
EIP712_CHANGES: list[tuple[Change, str]] = [
    (lambda it: it.pop("issuer"), "the credential has no issuer"),
    (lambda it: it["proof"].pop("created"), "the proof has no creation date"),
    (lambda it: it["proof"].update(proofPurpose="other"), "the proof's purpose is not assertionMethod"),
    (lambda it: it["proof"].update(type="Other"), "the proof's kind is not known"),
    (lambda it: it["proof"].update(created="2027-01-01T00:00:00Z"), "the proof was created in the future"),
    (lambda it: it["proof"].update(created=7), "the proof's creation date is not a text"),
    (lambda it: it["proof"].update(created="7"), "the proof's creation date is not a date and time with a zone"),
    (lambda it: it["proof"].update(created="2026-01-01T24:00:00Z"), NO_TIME),
    (lambda it: it["proof"].update(created="2026-02-30T00:00:00Z"), NO_DAY),
    (lambda it: it.update(issuanceDate=7), "a date is not a text"),
    (lambda it: it.update(issuanceDate="7"), "a date is not an RFC 3339 date and time"),
    (lambda it: it.update(issuanceDate="2026-01-01T00:60:00Z"), NO_TIME),
    (lambda it: it.update(issuanceDate="2026-13-01T00:00:00Z"), NO_DAY),
    (lambda it: it.update(proof="x"), "an object was expected"),
    (lambda it: it.update(proof=[]), "the credential does not have exactly one proof"),
    (lambda it: it.update(proof=[it["proof"]] * 2), "the credential does not have exactly one proof"),
    (lambda it: it.update(id=7), "a text was expected"),
    (lambda it: it.update(issuer="x"), "a URI was expected"),
    (lambda it: it.update({"@context": []}), "the first context is not the one of verifiable credentials"),
    (lambda it: it.update(type=["Other"]), "the credential's type is not VerifiableCredential"),
    (lambda it: it.update(credentialSubject={}), "the credential's subject is empty"),
    (lambda it: it.update(credentialSubject=[]), "the credential has no subject"),
    (lambda it: it["proof"].pop("eip712Domain"), "the proof does not say its types"),
    (lambda it: it["proof"]["eip712Domain"].pop("domain"),
     "the proof's types come with a member that is not known, or lack one"),
    (lambda it: it["proof"]["eip712Domain"].update(primaryType=7), "the primary type is not a text"),
    (lambda it: it["proof"]["eip712Domain"].update(types={1: 2}), "the types are not JSON"),
    (lambda it: it["proof"]["eip712Domain"].update(types=[]),
     "the proof's types are unusable: the document is not a JSON object"),
    (lambda it: it.update(issuer="did:web:x"), "the issuer is no Ethereum account"),
    (lambda it: it.update(issuer="did:ethr:mars:0x" + "0" * 40), "the issuer's network is not known"),
    (lambda it: it["proof"].update(verificationMethod="x"), "the verification method is not the issuer's controller"),
    (lambda it: it["proof"].update(proofValue="0x00"),
     NON_CANONICAL),
    (lambda it: it["proof"].update(proofValue="0x" + "00" * 64 + "02"), NON_CANONICAL),
    (lambda it: it["proof"].update(proofValue="0x" + "00" * 64 + "1b"), "the signature is not one of any key"),
    (lambda it: it["credentialSubject"].update(provider="Other"), NOT_SIGNED),
]  # fmt: skip


@pytest.mark.parametrize(("change", "reason"), EIP712_CHANGES, ids=[reason for _, reason in EIP712_CHANGES])
def test_an_eip712_credential_that_was_changed(change: Change, reason: str) -> None:
    credential = eip712()
    change(credential)

    assert fault_of(credential) == reason


ED25519_CHANGES: list[tuple[Change, str]] = [
    (lambda it: it["proof"].update(nonce="x"), "the proof has a member that is not known, or lacks one"),
    (lambda it: it.update(id="x"), UNKNOWN_MEMBER),
    (lambda it: it.update({"@context": [*it["@context"], "https://x.example"]}),
     "the credential has a context that is not known"),
    (lambda it: it.update(type=[*it["type"], "Other"]), "the credential has a type that is not known"),
    (lambda it: it.update(credentialSubject=[it["credentialSubject"]]), "the credential's subject is not an object"),
    (lambda it: it["credentialSubject"].update(nullifiers=["v0:one"] * 4), "the credential's nullifiers repeat"),
    (lambda it: it["credentialSubject"].update(nullifiers="v0:one"),
     "the credential's nullifiers are not a list of at most 32"),
    (lambda it: it["credentialSubject"].update(nullifiers=[7]), "a signed text is not a plain one"),
    (lambda it: it["credentialSubject"].update(more=7),
     "the subject's context or members are not of the known forms"),
    (lambda it: it["credentialSubject"].update(provider="v0:x"), "the provider looks like a hash"),
    (lambda it: it["credentialSubject"].update(id="did:x:<"), "an identifier is not a plain one"),
    (lambda it: it["proof"].update(verificationMethod="did:x:y"),
     "the verification method is not the issuer's key"),
    (lambda it: it.update(issuer="did:key:z6Mk"), "the issuer is no Ed25519 key"),
    (lambda it: it["proof"].pop("jws"), "the signature's header is not the known one"),
    (lambda it: it["proof"].update(jws=it["proof"]["jws"].replace("..", "....")),
     NON_CANONICAL),
    (lambda it: it["credentialSubject"].update(provider="Other"), NOT_SIGNED),
]  # fmt: skip


@pytest.mark.parametrize(("change", "reason"), ED25519_CHANGES, ids=[reason for _, reason in ED25519_CHANGES])
def test_an_ed25519_credential_that_was_changed(change: Change, reason: str) -> None:
    credential = ed25519()
    change(credential)

    assert fault_of(credential) == reason


def test_a_hash_that_is_none() -> None:
    credential = ed25519(hash="v0:x")
    credential["credentialSubject"]["hash"] = "x"

    assert fault_of(credential) == "the hash does not look like one"


@pytest.mark.parametrize("value", [[], "x", 7, None])
def test_a_document_that_is_no_object(value: Any) -> None:
    with pytest.raises(InvalidDocument, match=r"^the document is not a JSON object$"):
        check_document(value)


@pytest.mark.parametrize("text", ["x" * 16 * 1024 + "x", "é" * 8 * 1024 + "x"])
def test_a_document_that_is_too_large(text: str) -> None:
    with pytest.raises(InvalidDocument, match=r"^the document is larger than 16384 bytes$"):
        parse_document(text)


def test_what_fails_in_another_way_is_told_by_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RecursionError("secret")

    monkeypatch.setitem(proofs._CHECKS, proofs.EIP712_KIND, fail)
    assert fault_of(eip712()) == "the proof could not be checked (RecursionError)"
