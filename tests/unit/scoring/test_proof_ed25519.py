"""Proofs of kind `Ed25519Signature2018`: what is accepted, and what a holder must not get away with (D21)."""

import copy
from typing import Any

import pytest

from apps.registry.scoring.ed25519 import did_of
from tests.unit.scoring.proof_samples import KEY, ed25519, eip712, fault_of, replaced, without

TEXT = "https://schema.org/Text"
WITH_HASH = ed25519(hash="v0.0.0:abc=")
WITH_NULLIFIERS = ed25519(nullifiers=["v0:one", "v1:two"])


@pytest.mark.parametrize("credential", [WITH_HASH, WITH_NULLIFIERS])
def test_both_forms_hold(credential: dict[str, Any]) -> None:
    assert fault_of(credential) is None


@pytest.mark.parametrize("credential", [WITH_HASH, WITH_NULLIFIERS])
def test_the_subjects_context_may_be_alone_or_in_a_list_of_one(credential: dict[str, Any]) -> None:
    context = credential["credentialSubject"]["@context"]
    assert isinstance(context, list)

    assert fault_of(replaced(credential, ("credentialSubject", "@context"), context[0])) is None
    assert fault_of(replaced(credential, ("credentialSubject", "@context"), context * 2)) is not None
    assert fault_of(replaced(credential, ("credentialSubject", "@context"), [])) is not None


@pytest.mark.parametrize(
    "context",
    [
        {"hash": TEXT, "provider": TEXT, "extra": None},
        {"hash": TEXT},
        {"hash": {"@id": TEXT}, "provider": TEXT},
        {"hash": TEXT, "provider": TEXT, "@vocab": "x:"},
        {"provider": None, "hash": None, "p": TEXT, "h": TEXT},
        [{"hash": TEXT, "provider": TEXT}, {"provider": None, "x": TEXT}],
        "https://www.w3.org/2018/credentials/v1",
        None,
    ],
)
def test_another_context_of_the_subject_is_refused(context: Any) -> None:
    changed = replaced(WITH_HASH, ("credentialSubject", "@context"), context)

    assert fault_of(changed) == "the subject's context or members are not of the known forms"


def test_renamed_terms_do_not_pass_off_a_signed_value_as_another() -> None:
    changed = copy.deepcopy(WITH_HASH)
    changed["credentialSubject"] |= {
        "@context": [{"provider": None, "hash": None, "p": TEXT, "h": TEXT}],
        "p": changed["credentialSubject"]["provider"],
        "h": changed["credentialSubject"]["hash"],
        "provider": "Other",
        "hash": "v0.0.0:other",
    }

    assert fault_of(changed) is not None


def test_swapped_values_are_refused_although_they_have_the_same_canonical_form() -> None:
    changed = copy.deepcopy(WITH_HASH)
    subject = changed["credentialSubject"]
    subject["provider"], subject["hash"] = subject["hash"], subject["provider"]

    assert fault_of(changed) == "the provider looks like a hash"


@pytest.mark.parametrize("provider", ["v0:x", "v1.2:x"])
def test_a_provider_that_looks_like_a_hash_is_refused_since_it_could_be_the_swapped_one(provider: str) -> None:
    with pytest.raises(Exception, match="looks like a hash"):
        ed25519(provider=provider, hash="v0:y")


@pytest.mark.parametrize("value", ["abc", "v:x", "vx:y", "v0", "v0:", "", "V0:x", " v0:x"])
def test_a_hash_must_look_like_one(value: str) -> None:
    with pytest.raises(Exception, match="does not look like one"):
        ed25519(hash=value)


@pytest.mark.parametrize("extra", [None, "x"])
@pytest.mark.parametrize("path", [(), ("credentialSubject",), ("proof",)])
def test_a_member_that_no_shape_knows_is_refused(path: tuple[str, ...], extra: Any) -> None:
    assert fault_of(replaced(WITH_HASH, (*path, "extra"), extra)) is not None


@pytest.mark.parametrize("name", ["challenge", "creator", "domain", "nonce", "proofValue"])
def test_a_null_member_of_the_proof_counts_as_missing(name: str) -> None:
    assert fault_of(replaced(WITH_HASH, ("proof", name), None)) is None


def test_a_proof_value_beside_the_signature_is_not_signed() -> None:
    assert fault_of(replaced(WITH_HASH, ("proof", "proofValue"), "anything")) is None


@pytest.mark.parametrize("name", ["id", "credentialStatus", "termsOfUse", "evidence"])
def test_a_known_member_of_the_credential_must_be_null(name: str) -> None:
    assert fault_of({**WITH_HASH, name: None}) is None
    assert fault_of({**WITH_HASH, name: "urn:x:y"}) is not None


@pytest.mark.parametrize("value", [["Google"], {"@value": "Google"}, 7, None])
def test_the_provider_must_be_a_text(value: Any) -> None:
    assert fault_of(replaced(WITH_HASH, ("credentialSubject", "provider"), value)) is not None


def test_nullifiers_must_be_a_list_of_texts() -> None:
    for value in ("v0:one", {"@list": ["v0:one", "v1:two"]}, ["v0:one", "v1:two", None], [["v0:one"], "v1:two"]):
        assert fault_of(replaced(WITH_NULLIFIERS, ("credentialSubject", "nullifiers"), value)) is not None


def test_the_order_of_nullifiers_is_signed() -> None:
    assert fault_of(replaced(WITH_NULLIFIERS, ("credentialSubject", "nullifiers"), ["v1:two", "v0:one"])) is not None


@pytest.mark.parametrize("holder", ["did:x:y>", "did:x:a b", 'did:x:y> <a> "b', "did:x:\n", "urn:x:y", "_:b", "", 7])
def test_a_holder_that_is_no_plain_did_is_refused(holder: Any) -> None:
    assert fault_of(replaced(WITH_HASH, ("credentialSubject", "id"), holder)) is not None


def test_a_subject_in_a_list_is_refused() -> None:
    assert fault_of({**WITH_HASH, "credentialSubject": [WITH_HASH["credentialSubject"]]}) is not None


@pytest.mark.parametrize("issuer", ["did:key:f", "did:key:z", "did:key:z6Mk", "did:key:zQ3sh" + "a" * 44, "did:web:x"])
def test_another_form_of_issuer_is_refused(issuer: str) -> None:
    changed = replaced(WITH_HASH, ("issuer",), issuer)
    changed["proof"]["verificationMethod"] = f"{issuer}#{issuer.removeprefix('did:key:')}"

    assert fault_of(changed) == "the issuer is no Ed25519 key"


def test_a_verification_method_of_another_issuer_is_refused() -> None:
    assert fault_of(replaced(WITH_HASH, ("proof", "verificationMethod"), f"{KEY.did}#controller")) is not None


def test_the_kinds_do_not_stand_in_for_each_other() -> None:
    assert fault_of(replaced(WITH_HASH, ("proof", "type"), "EthereumEip712Signature2021")) is not None
    assert fault_of(replaced(eip712(), ("proof", "type"), "Ed25519Signature2018")) is not None
    assert fault_of(replaced(WITH_HASH, ("proof", "type"), "Ed25519Signature2020")) == "the proof's kind is not known"


@pytest.mark.parametrize("name", ["@context", "type", "credentialSubject", "issuer", "issuanceDate", "proof"])
def test_a_credential_that_lacks_a_member_is_refused(name: str) -> None:
    assert fault_of(without(WITH_HASH, (name,))) == f"the credential has no {name}"


def test_the_identifier_of_a_key_is_the_one_of_the_standard() -> None:
    public_key = bytes.fromhex("3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29")

    assert did_of(public_key) == "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
