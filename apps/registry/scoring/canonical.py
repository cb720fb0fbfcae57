"""What an `Ed25519Signature2018` proof signs: the credential and its proof as canonical RDF (URDNA2015, N-Quads).

General JSON-LD is not needed, and not wanted: in it the subject's own `@context` decides what the canonical form
says, so that a holder could pass off one signed value as another [D21]. The canonical form is computed directly, for
exactly the shapes of credential that issuers make; anything else is refused. Tests compare it with a JSON-LD library.
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from apps.registry.scoring.proof_errors import InvalidProof
from apps.registry.scoring.signed_credentials import BASE_CONTEXT, BASE_TYPE, SignedCredential

TEXT: Final = "https://schema.org/Text"
MAX_NULLIFIERS: Final = 32  # each is hashed before the signature is verified; issuers give two
HASH_CONTEXT: Final = {"hash": TEXT, "provider": TEXT}
NULLIFIERS_CONTEXT: Final = {"nullifiers": {"@id": TEXT, "@container": "@list"}, "provider": TEXT}

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_CREDENTIALS: Final = "https://www.w3.org/2018/credentials#"
_SECURITY: Final = "https://w3id.org/security#"
_DATE_TYPE: Final = "<http://www.w3.org/2001/XMLSchema#dateTime>"

_DOCUMENT_MEMBERS: Final = {"@context", "type", "credentialSubject", "issuer", "issuanceDate"}
_PROOF_MEMBERS: Final = {"type", "proofPurpose", "verificationMethod", "created", "jws"}
_HASH: Final = re.compile(r"v[0-9][0-9.]*:.+", re.DOTALL)
_IRI: Final = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:#-]+")
_PLAIN: Final = re.compile(r'[^\x00-\x1f\x7f-\x9f"\\\ud800-\udfff]*')


def signing_input(signed: SignedCredential) -> bytes:
    """The 64 bytes that the proof signs. Raises InvalidProof for a credential of another than the known shapes."""
    return sha256(_proof_lines(signed)).digest() + sha256(_document_lines(signed)).digest()


def _proof_lines(signed: SignedCredential) -> bytes:
    proof = signed.proof
    if proof.keys() - {"proofValue"} != _PROOF_MEMBERS:
        raise InvalidProof("the proof has a member that is not known, or lacks one")
    return _lines(
        f"_:c14n0 <http://purl.org/dc/terms/created> {_date(proof['created'])} .\n",
        f"_:c14n0 <{_RDF}type> <{_SECURITY}Ed25519Signature2018> .\n",
        f"_:c14n0 <{_SECURITY}proofPurpose> <{_SECURITY}assertionMethod> .\n",
        f"_:c14n0 <{_SECURITY}verificationMethod> {_iri(proof['verificationMethod'])} .\n",
    )


def _document_lines(signed: SignedCredential) -> bytes:
    document = signed.document
    if document.keys() - {"expirationDate"} != _DOCUMENT_MEMBERS:
        raise InvalidProof("the credential has a member that is not known, or lacks one")
    _check_all(document["@context"], BASE_CONTEXT, "context")
    _check_all(document["type"], BASE_TYPE, "type")
    subject = document["credentialSubject"]
    if not isinstance(subject, dict):
        raise InvalidProof("the credential's subject is not an object")
    nullifiers = _nullifiers(subject)
    holder, provider = _iri(subject.get("id")), _provider(subject)
    values = [f"{holder} <{TEXT}> {provider} .\n"]
    label = "_:c14n0"
    if nullifiers is None:
        values.append(f"{holder} <{TEXT}> {_hash(subject)} .\n")
    else:
        label, lines = _with_list(signed, holder, nullifiers)
        values += lines
    return _lines(*_credential_lines(label, holder, document), *values)


def _credential_lines(label: str, holder: str, document: dict[str, Any]) -> list[str]:
    lines = [
        f"{label} <{_RDF}type> <{_CREDENTIALS}VerifiableCredential> .\n",
        f"{label} <{_CREDENTIALS}credentialSubject> {holder} .\n",
        f"{label} <{_CREDENTIALS}issuanceDate> {_date(document['issuanceDate'])} .\n",
        f"{label} <{_CREDENTIALS}issuer> {_iri(document['issuer'])} .\n",
    ]
    if "expirationDate" in document:
        lines.append(f"{label} <{_CREDENTIALS}expirationDate> {_date(document['expirationDate'])} .\n")
    return lines


def _with_list(signed: SignedCredential, holder: str, nullifiers: Sequence[str]) -> tuple[str, list[str]]:
    """The credential's blank label and the lines of an RDF list: one blank cell a nullifier.

    URDNA2015 names blank nodes in the order of the hash of the lines that they occur in, where the node itself is
    `_:a` and any other `_:z`. Cells with the same hash need the algorithm's second half; they are refused.
    """
    nodes = [_lines(*_credential_lines("_:a", holder, signed.document))]
    nodes += [_lines(*_cell(holder, nullifiers, at)) for at in range(len(nullifiers))]
    order = sorted((sha256(lines).hexdigest(), at) for at, lines in enumerate(nodes))
    if len({digest for digest, _ in order}) != len(nodes):
        raise InvalidProof("the credential's nullifiers repeat")
    labels = {at: f"_:c14n{rank}" for rank, (_, at) in enumerate(order)}
    cells = [labels[at] for at in range(1, len(nodes))]
    if not cells:
        return labels[0], [f"{holder} <{TEXT}> <{_RDF}nil> .\n"]
    lines = [f"{holder} <{TEXT}> {cells[0]} .\n"]
    for at, cell in enumerate(cells):
        following = cells[at + 1] if at + 1 < len(cells) else f"<{_RDF}nil>"
        lines += [f"{cell} <{_RDF}first> {_literal(nullifiers[at])} .\n", f"{cell} <{_RDF}rest> {following} .\n"]
    return labels[0], lines


def _cell(holder: str, nullifiers: Sequence[str], at: int) -> list[str]:
    following = "_:z" if at + 1 < len(nullifiers) else f"<{_RDF}nil>"
    return [
        f"_:z <{_RDF}rest> _:a .\n" if at else f"{holder} <{TEXT}> _:a .\n",
        f"_:a <{_RDF}first> {_literal(nullifiers[at])} .\n",
        f"_:a <{_RDF}rest> {following} .\n",
    ]


def _check_all(value: Any, expected: str, what: str) -> None:
    if any(entry != expected for entry in (value if isinstance(value, list) else [value])):
        raise InvalidProof(f"the credential has a {what} that is not known")


def _nullifiers(subject: dict[str, Any]) -> list[str] | None:
    """The nullifiers of a subject of that form, None for one with a hash."""
    context = subject.get("@context")
    if isinstance(context, list) and len(context) == 1:
        context = context[0]
    if context == HASH_CONTEXT and subject.keys() == {"id", "@context", "provider", "hash"}:
        return None
    nullifiers = subject.get("nullifiers")
    if context == NULLIFIERS_CONTEXT and subject.keys() == {"id", "@context", "provider", "nullifiers"}:
        if isinstance(nullifiers, list) and len(nullifiers) <= MAX_NULLIFIERS:
            return nullifiers
        raise InvalidProof(f"the credential's nullifiers are not a list of at most {MAX_NULLIFIERS}")
    raise InvalidProof("the subject's context or members are not of the known forms")


def _provider(subject: dict[str, Any]) -> str:
    provider = _literal(subject["provider"])
    if _HASH.fullmatch(subject["provider"]):
        raise InvalidProof("the provider looks like a hash")
    return provider


def _hash(subject: dict[str, Any]) -> str:
    text = _literal(subject["hash"])
    if not _HASH.fullmatch(subject["hash"]):
        raise InvalidProof("the hash does not look like one")
    return text


def _date(text: str) -> str:
    return f'"{text}"^^{_DATE_TYPE}'


def _iri(value: Any) -> str:
    if not isinstance(value, str) or not _IRI.fullmatch(value):
        raise InvalidProof("an identifier is not a plain one")
    return f"<{value}>"


def _literal(value: Any) -> str:
    if not isinstance(value, str) or not _PLAIN.fullmatch(value):
        raise InvalidProof("a signed text is not a plain one")
    return f'"{value}"'


def _lines(*lines: str) -> bytes:
    return "".join(sorted(lines)).encode()
