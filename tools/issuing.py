"""Credentials signed by a key of our own, for development, demos and tests. Production issues nothing.

They have exactly the shapes that issuers make, so `proof_fault` accepts them and a scorer that trusts the key counts
them.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from coincurve import PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apps.registry.scoring.canonical import HASH_CONTEXT, NULLIFIERS_CONTEXT, TEXT
from apps.registry.scoring.ed25519 import detached_jws, did_of, message
from apps.registry.scoring.ethereum_signatures import address_of, sign_digest, signing_digest
from apps.registry.scoring.proof_values import ED25519_KIND, EIP712_KIND
from apps.registry.scoring.signed_credentials import BASE_CONTEXT, BASE_TYPE, PURPOSE, read_credential

Members = list[dict[str, str]]

STATUS_LIST_CONTEXT: Final = "https://w3id.org/vc/status-list/2021/v1"
EIP712_CONTEXT: Final = "https://w3id.org/security/suites/eip712sig-2021/v1"
EIP712_NULLIFIERS_CONTEXT: Final = {"nullifiers": {"@container": "@list", "@type": TEXT}, "provider": TEXT}
DOMAIN_NAME: Final = "VerifiableCredential"


class InvalidKey(ValueError):
    """The text is no private key."""


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """32 secret bytes. They make two issuers: `did` signs EIP-712, `ed25519_did` Ed25519."""

    secret: bytes

    def __post_init__(self) -> None:
        try:
            PrivateKey(self.secret if len(self.secret) == 32 else b"")
        except ValueError:
            raise InvalidKey("an issuer key is 32 bytes, not zero and below the order of secp256k1") from None

    @classmethod
    def generate(cls) -> "IssuerKey":
        return cls(PrivateKey().secret)

    @classmethod
    def from_hex(cls, text: str) -> "IssuerKey":
        """Raises InvalidKey."""
        try:
            return cls(bytes.fromhex(text.strip().removeprefix("0x")))
        except InvalidKey:
            raise
        except ValueError:
            raise InvalidKey("an issuer key is 64 hexadecimal digits") from None

    def to_hex(self) -> str:
        return self.secret.hex()

    @property
    def did(self) -> str:
        return f"did:ethr:{address_of(PrivateKey(self.secret).public_key)}"

    @property
    def ed25519_did(self) -> str:
        public_key = Ed25519PrivateKey.from_private_bytes(self.secret).public_key()
        return did_of(public_key.public_bytes(Encoding.Raw, PublicFormat.Raw))

    def __repr__(self) -> str:
        return f"IssuerKey({self.did})"


def issue_eip712(
    *,
    key: IssuerKey,
    address: str,
    provider: str,
    issued_at: datetime,
    expires_at: datetime,
    nullifiers: Sequence[str] | None = None,
    hash: str | None = None,
) -> dict[str, Any]:
    """A credential for the address, signed as EIP-712, with either `nullifiers` or a `hash`.

    The proof is created at `issued_at`, so it holds from then on. Raises ValueError for both or neither.
    """
    value, context = _value(nullifiers, hash), HASH_CONTEXT if nullifiers is None else EIP712_NULLIFIERS_CONTEXT
    subject = {"id": _holder(address), **value, "provider": provider, "@context": context}
    proof = {
        "@context": EIP712_CONTEXT,
        "type": EIP712_KIND,
        "proofPurpose": PURPOSE,
        "proofValue": "",
        "verificationMethod": f"{key.did}#controller",
        "created": _text(issued_at),
        "eip712Domain": _typed_data_domain("hash" if nullifiers is None else "nullifiers"),
    }
    contexts = [BASE_CONTEXT, STATUS_LIST_CONTEXT]
    credential = _credential(
        key.did, contexts, subject, proof, issued_at=_text(issued_at), expires_at=_text(expires_at)
    )
    proof["proofValue"] = sign_digest(key.secret, signing_digest(read_credential(credential)))
    return credential


def issue_ed25519(
    *,
    key: IssuerKey,
    address: str,
    provider: str,
    issued_at: datetime,
    expires_at: datetime,
    nullifiers: Sequence[str] | None = None,
    hash: str | None = None,
) -> dict[str, Any]:
    """The same, signed with Ed25519 by the key's `ed25519_did`."""
    value, context = _value(nullifiers, hash), HASH_CONTEXT if nullifiers is None else NULLIFIERS_CONTEXT
    subject = {"id": _holder(address), "@context": [context], "provider": provider, **value}
    issuer = key.ed25519_did
    proof = {
        "type": ED25519_KIND,
        "proofPurpose": PURPOSE,
        "verificationMethod": f"{issuer}#{issuer.removeprefix('did:key:')}",
        "created": _text(issued_at),
        "jws": "",
    }
    credential = _credential(
        issuer, [BASE_CONTEXT], subject, proof, issued_at=_text(issued_at), expires_at=_text(expires_at)
    )
    signature = Ed25519PrivateKey.from_private_bytes(key.secret).sign(message(read_credential(credential)))
    proof["jws"] = detached_jws(signature)
    return credential


def new_nullifier() -> str:
    """A nullifier that nobody has."""
    return f"v0:{secrets.token_urlsafe(32)}"


def _credential(
    issuer: str, contexts: list[str], subject: dict[str, Any], proof: dict[str, Any], *, issued_at: str, expires_at: str
) -> dict[str, Any]:
    return {
        "@context": contexts,
        "type": [BASE_TYPE],
        "credentialSubject": subject,
        "issuer": issuer,
        "issuanceDate": issued_at,
        "proof": proof,
        "expirationDate": expires_at,
    }


def _value(nullifiers: Sequence[str] | None, hash: str | None) -> dict[str, Any]:
    if (nullifiers is None) == (hash is None):
        raise ValueError("a credential has either nullifiers or a hash")
    return {"hash": hash} if nullifiers is None else {"nullifiers": list(nullifiers)}


def _holder(address: str) -> str:
    return f"did:pkh:eip155:1:{address.lower()}"


def _text(moment: datetime) -> str:
    precision = "milliseconds" if moment.microsecond >= 1000 else "seconds"
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=precision) + "Z"


def _typed_data_domain(value: str) -> dict[str, Any]:
    return {"domain": {"name": DOMAIN_NAME}, "primaryType": "Document", "types": _types(value)}


def _types(value: str) -> dict[str, Members]:
    """The types of a credential whose subject has the member `value`, `hash` or `nullifiers`."""
    with_list = value == "nullifiers"
    types = {
        "@context": _members((value, "NullifiersContext" if with_list else "string"), ("provider", "string")),
        "CredentialSubject": _members(
            ("@context", "@context"),
            (value, "string[]" if with_list else "string"),
            ("id", "string"),
            ("provider", "string"),
        ),
        "Document": _members(
            ("@context", "string[]"),
            ("credentialSubject", "CredentialSubject"),
            ("expirationDate", "string"),
            ("issuanceDate", "string"),
            ("issuer", "string"),
            ("proof", "Proof"),
            ("type", "string[]"),
        ),
        "EIP712Domain": _members(("name", "string")),
        "Proof": _members(
            *((name, "string") for name in ("@context", "created", "proofPurpose", "type", "verificationMethod"))
        ),
    }
    if with_list:
        types["NullifiersContext"] = _members(("@container", "string"), ("@type", "string"))
    return types


def _members(*pairs: tuple[str, str]) -> Members:
    return [{"name": name, "type": kind} for name, kind in pairs]
