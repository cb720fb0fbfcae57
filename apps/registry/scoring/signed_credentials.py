"""The members of a verifiable credential and its proof, as a proof reads them (contract, section 3.3, point 5).

Members that the data model knows must have their types, are dropped when null, and dates count in a normalised form.
All others stay as they are; whether they are covered is for the kind of proof to say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.registry.scoring.proof_dates import CreationTime, creation_time, normalised_date
from apps.registry.scoring.proof_errors import FROM_THE_FUTURE, InvalidProof

BASE_CONTEXT = "https://www.w3.org/2018/credentials/v1"
BASE_CONTEXTS = (BASE_CONTEXT, "https://w3.org/2018/credentials/v1")
BASE_TYPE = "VerifiableCredential"
PURPOSE = "assertionMethod"

Reader = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class SignedCredential:
    """`document` is the credential without its proof and `proof` the proof, both normalised. Not a copy: do not
    change what is in them."""

    document: dict[str, Any]
    proof: dict[str, Any]
    created: CreationTime

    @property
    def issuer(self) -> str:
        issuer: str = self.document["issuer"]
        return issuer


def read_credential(credential: Mapping[str, Any]) -> SignedCredential:
    """Check and normalise everything that does not depend on the kind of proof. Raises InvalidProof."""
    document = _members(dict(credential), _CREDENTIAL_MEMBERS)
    for name in ("@context", "type", "credentialSubject", "issuer", "issuanceDate", "proof"):
        if name not in document:
            raise InvalidProof(f"the credential has no {name}")
    proof = document.pop("proof")
    created = proof.get("created")
    if created is None:
        raise InvalidProof("the proof has no creation date")
    proof["created"] = created.text
    if proof.get("proofPurpose") != PURPOSE:
        raise InvalidProof(f"the proof's purpose is not {PURPOSE}")
    return SignedCredential(document, proof, created)


def check_created(created: CreationTime, now: datetime) -> None:
    """Refuse a proof of the future, by the millisecond. Raises InvalidProof."""
    if created.not_before > now.replace(microsecond=now.microsecond // 1000 * 1000):
        raise InvalidProof(FROM_THE_FUTURE)


def _members(value: Any, readers: Mapping[str, Reader]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidProof("an object was expected")
    members = {}
    for name, member in value.items():
        reader = readers.get(name)
        if reader is None:
            members[name] = member
        elif member is not None:
            members[name] = reader(member)
    return members


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidProof("a text was expected")
    return value


def _uri(value: Any) -> str:
    if not isinstance(value, str) or ":" not in value:
        raise InvalidProof("a URI was expected")
    return value


def _contexts(value: Any) -> Any:
    entries = value if isinstance(value, list) else [value]
    if not entries or entries[0] not in BASE_CONTEXTS:
        raise InvalidProof("the first context is not the one of verifiable credentials")
    for entry in entries:
        if not isinstance(entry, dict):
            _uri(entry)
    return value


def _types(value: Any) -> Any:
    if BASE_TYPE not in [_text(entry) for entry in (value if isinstance(value, list) else [value])]:
        raise InvalidProof(f"the credential's type is not {BASE_TYPE}")
    return value


def _proof(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        if len(value) != 1:
            raise InvalidProof("the credential does not have exactly one proof")
        value = value[0]
    return _members(value, _PROOF_MEMBERS)


def _subject(value: Any) -> dict[str, Any]:
    subject = _members(value, {"id": _uri})
    if not subject:
        raise InvalidProof("the credential's subject is empty")
    return subject


def _subjects(value: Any) -> Any:
    if value == []:
        raise InvalidProof("the credential has no subject")
    return [_subject(entry) for entry in value] if isinstance(value, list) else _subject(value)


def _one_or_many(reader: Reader) -> Reader:
    return lambda value: [reader(entry) for entry in value] if isinstance(value, list) else reader(value)


def _many(reader: Reader) -> Reader:
    return lambda value: [reader(entry) for entry in _list(value)]


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidProof("a list was expected")
    return value


def _object(*required: str, **readers: Reader) -> Reader:
    def read(value: Any) -> dict[str, Any]:
        members = _members(value, readers)
        if any(name not in members for name in required):
            raise InvalidProof("an object lacks a member")
        return members

    return read


_REFERENCE = _object("id", "type", id=_uri, type=_text)

_CREDENTIAL_MEMBERS: dict[str, Reader] = {
    "@context": _contexts,
    "id": _text,
    "type": _types,
    "credentialSubject": _subjects,
    "issuer": _uri,
    "issuanceDate": normalised_date,
    "expirationDate": normalised_date,
    "proof": _proof,
    "credentialStatus": _REFERENCE,
    "credentialSchema": _one_or_many(_REFERENCE),
    "refreshService": _one_or_many(_REFERENCE),
    "termsOfUse": _many(_object("type", id=_uri, type=_text)),
    "evidence": _one_or_many(_object("type", id=_text, type=_many(_text))),
}

_PROOF_MEMBERS: dict[str, Reader] = {
    "@context": lambda value: value,
    "type": _text,
    "proofPurpose": _text,
    "proofValue": _text,
    "challenge": _text,
    "creator": _text,
    "verificationMethod": _text,
    "created": creation_time,
    "domain": _text,
    "nonce": _text,
    "jws": _text,
}
