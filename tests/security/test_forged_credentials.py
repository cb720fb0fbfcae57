"""API6 and API10: forged and borrowed credentials of every family that we know, sent as the UI would send them.

What a proof covers is tested for its own sake in tests/unit/scoring; here nothing of it may reach a score.
"""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from apps.registry.scoring.proofs import proof_fault
from tests.endpoints.left_behind import links
from tests.endpoints.scoring_world import ALICE, BOB, ISSUER, STRANGER, access_token, issue, items, store_bulk
from tests.factories.account import CommunityFactory
from tests.unit.scoring.proof_samples import NOW, high_s
from tools.issuing import IssuerKey

pytestmark = pytest.mark.usefixtures("scoring_world")

HASH = "v0.0.0:abc="


@pytest.fixture(autouse=True)
def community(scoring_world: None, settings: Settings) -> Any:
    """The UI's community."""
    community = CommunityFactory(weights={"Google": 1, "Github": 2, "Expensive": 50, HASH: 50})
    settings.CERAMIC_CACHE_SCORER_ID = community.pk
    return community


def sent(*credentials: dict[str, Any], by: str = ALICE) -> Any:
    """The score after the address has sent these."""
    return store_bulk(items(*credentials), authorization=f"Bearer {access_token(by)}").json()["score"]


def eip712(*nullifiers: str, **changes: Any) -> dict[str, Any]:
    return issue("Google", *nullifiers, **changes)


def ed25519(*nullifiers: str, **changes: Any) -> dict[str, Any]:
    """With the proof value that stored stamps need (which this kind of proof does not cover)."""
    return with_proof(issue("Google", *nullifiers, ed25519=True, **changes), proofValue="0x")


def with_subject(credential: dict[str, Any], **members: Any) -> dict[str, Any]:
    """The credential with other members of its subject; one that is `...` is taken out."""
    subject = {**credential["credentialSubject"], **members}
    return {**credential, "credentialSubject": {name: member for name, member in subject.items() if member is not ...}}


def with_proof(credential: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {**credential, "proof": {**credential["proof"], **members}}


def with_context(credential: dict[str, Any], **terms: Any) -> dict[str, Any]:
    return with_subject(credential, **{"@context": terms})


def renamed_terms() -> dict[str, Any]:
    """The signed value of the hash passed off as the provider: the same statements in general JSON-LD."""
    signed = ed25519(hash=HASH)
    text = "https://schema.org/Text"
    return with_subject(
        signed, **{"@context": {"provider": text, "other": text}, "provider": HASH, "other": "Google", "hash": "v0:x"}
    )


def swapped_terms() -> dict[str, Any]:
    """Both values have one predicate, so that their exchange leaves the canonical form as it is."""
    return with_subject(ed25519(hash=HASH), provider=HASH, hash="Google")


def swapped_nullifiers() -> dict[str, Any]:
    credential = ed25519()
    return with_subject(credential, nullifiers=[*reversed([*credential["credentialSubject"]["nullifiers"], "v0:new"])])


def upper_case(credential: dict[str, Any]) -> dict[str, Any]:
    return with_proof(credential, proofValue="0x" + credential["proof"]["proofValue"][2:].upper())


def of_a_stranger(**changes: Any) -> dict[str, Any]:
    """Signed by a key that nobody trusts, under the name of the one that is trusted."""
    credential = eip712(key=STRANGER, **changes)
    return {**credential, "issuer": ISSUER.did}


def types_less_the_subject() -> dict[str, Any]:
    """The types come with the credential: could they leave out what was changed?"""
    credential = copy.deepcopy(eip712())
    types = credential["proof"]["eip712Domain"]["types"]
    types["CredentialSubject"] = [each for each in types["CredentialSubject"] if each["name"] != "provider"]
    return with_subject(credential, provider="Expensive")


def renamed_type() -> dict[str, Any]:
    credential = copy.deepcopy(eip712())
    types = credential["proof"]["eip712Domain"]["types"]
    types["Other"] = types.pop("CredentialSubject")
    return credential


FORGED: dict[str, Callable[[], dict[str, Any]]] = {
    "the provider changed": lambda: with_subject(eip712(), provider="Expensive"),
    "the nullifier changed": lambda: with_subject(eip712(), nullifiers=["v0:fresh"]),
    "the nullifiers taken out": lambda: with_subject(eip712(), nullifiers=...),
    "a nullifier added": lambda: with_subject(eip712("v0:a"), nullifiers=["v0:a", "v0:b"]),
    "the holder changed": lambda: with_subject(eip712(to=BOB), id=f"did:pkh:eip155:1:{ALICE}"),
    "the expiry changed": lambda: {**eip712(), "expirationDate": "2098-01-01T00:00:00Z"},
    "the expiry in another zone": lambda: {**eip712(), "expirationDate": "2099-01-01T00:00:00-12:00"},
    "a member added": lambda: {**eip712(), "more": 1},
    "a subject's member added": lambda: with_subject(eip712(), hash=HASH),
    "the subject in a list": lambda: {**eip712(), "credentialSubject": [eip712()["credentialSubject"]]},
    "types that cover less": types_less_the_subject,
    "a type renamed": renamed_type,
    "no proof": lambda: with_proof(eip712(), type=None),
    "an empty signature": lambda: with_proof(eip712(), proofValue="0x" + "00" * 64 + "1b"),
    "the signature's other s": lambda: with_proof(eip712(), proofValue=high_s(eip712()["proof"]["proofValue"])),
    "the signature in capital digits": lambda: upper_case(eip712()),
    "bytes after the signature": lambda: with_proof(eip712(), proofValue=eip712()["proof"]["proofValue"] + "00"),
    "the signature of another credential": lambda: with_proof(
        eip712("v0:x"), proofValue=eip712("v0:y")["proof"]["proofValue"]
    ),
    "a second proof": lambda: {**eip712(), "proof": [eip712()["proof"], eip712(key=STRANGER)["proof"]]},
    "a second proof first": lambda: {**eip712(), "proof": [eip712(key=STRANGER)["proof"], eip712()["proof"]]},
    "of the other kind": lambda: with_proof(eip712(), type="Ed25519Signature2018"),
    "of the other kind, Ed25519": lambda: with_proof(ed25519(), type="EthereumEip712Signature2021"),
    "for another purpose": lambda: with_proof(eip712(), proofPurpose="authentication"),
    "a stranger's in the issuer's name": of_a_stranger,
    "a stranger's method": lambda: with_proof(eip712(), verificationMethod=f"{STRANGER.did}#controller"),
    "Ed25519: the provider changed": lambda: with_subject(ed25519(), provider="Expensive"),
    "Ed25519: the holder changed": lambda: with_subject(ed25519(to=BOB), id=f"did:pkh:eip155:1:{ALICE}"),
    "Ed25519: renamed terms": renamed_terms,
    "Ed25519: swapped terms": swapped_terms,
    "Ed25519: swapped nullifiers": swapped_nullifiers,
    "Ed25519: nullifiers as a set": lambda: with_context(
        ed25519(), provider="https://schema.org/Text", nullifiers={"@id": "https://schema.org/Text"}
    ),
    "Ed25519: terms that mean nothing": lambda: with_subject(
        with_context(ed25519(), provider=None, nullifiers=None), provider="Expensive"
    ),
    "Ed25519: a second header": lambda: with_proof(ed25519(), jws="e30." + ed25519()["proof"]["jws"]),
    "Ed25519: its signature's other spelling": lambda: with_proof(ed25519(), jws=ed25519()["proof"]["jws"] + "=="),
}  # fmt: skip


@pytest.mark.parametrize("family", FORGED)
def test_a_forged_credential_earns_nothing_and_claims_no_nullifier(family: str) -> None:
    forged = FORGED[family]()
    score = sent_as_it_is(forged)
    assert (score["score"], score["stamps"], links()) == ("0.00000", {}, {})


def sent_as_it_is(credential: dict[str, Any]) -> Any:
    """Under the provider that it names. Whatever is refused at once counts for nothing, too."""
    subject = credential["credentialSubject"]
    provider = subject.get("provider") if isinstance(subject, dict) else None
    answer = store_bulk([{"provider": provider or "Google", "stamp": credential}])
    if answer.status_code == 400:
        assert answer.json()["detail"].startswith("Stamp 0: ")
        return {"score": "0.00000", "stamps": {}}
    return answer.json()["score"]


@pytest.mark.parametrize("make", [eip712, ed25519])
def test_the_samples_that_are_forged_hold_themselves(make: Callable[..., dict[str, Any]]) -> None:
    assert sent(make())["score"] == "1.00000"


@pytest.mark.parametrize("ed25519_", [False, True])
def test_an_issuer_of_the_same_kind_of_key_that_is_not_trusted_counts_for_nothing(ed25519_: bool) -> None:
    credential = (ed25519 if ed25519_ else eip712)(key=IssuerKey.generate())
    assert proof_fault(credential, now=NOW) is None
    assert sent(credential)["stamps"] == {}


@pytest.mark.parametrize(
    "spelling", [str.upper, str.title, lambda did: did + "#x", lambda did: did.replace("0x", "0X")]
)
def test_a_trusted_issuer_is_spelled_letter_by_letter(spelling: Callable[[str], str]) -> None:
    assert sent({**eip712(), "issuer": spelling(ISSUER.did)})["stamps"] == {}


@pytest.mark.parametrize("make", [eip712, ed25519])
def test_a_credential_that_is_replayed_for_another_address_counts_for_its_holder_only(
    make: Callable[..., dict[str, Any]],
) -> None:
    theirs = make(to=BOB)
    assert sent(theirs)["stamps"] == {}
    assert sent(theirs, by=BOB)["score"] == "1.00000"
    assert sent(theirs)["stamps"] == {}


def test_a_human_who_has_two_addresses_is_one_human() -> None:
    """The issuer gives both credentials the nullifier of the account behind them."""
    first = sent(eip712("v0:human"))
    second = sent(eip712("v0:human", to=BOB), by=BOB)
    assert (first["score"], second["score"]) == ("1.00000", "0.00000")
    assert second["stamps"]["Google"]["dedup"] is True
    assert links()["v0:human"][0] == ALICE


def test_both_kinds_of_proof_share_their_nullifiers() -> None:
    assert sent(eip712("v0:human"))["score"] == "1.00000"
    other = ed25519("v0:human", to=BOB)
    assert sent(other, by=BOB)["score"] == "0.00000"


def test_one_credential_does_not_count_under_two_providers() -> None:
    """D22: a single one would give the weights of all."""
    credential = eip712("v0:one")
    body = [{"provider": provider, "stamp": credential} for provider in ("Google", "Expensive")]
    assert store_bulk(body).status_code == 400
    assert sent(credential)["score"] == "1.00000"
