"""The one accepted spelling of a signature in a proof, and the signature that identifies a proof (D23, D24). Pure.

A proof is known by its signature: a revocation holds for it. So each signature must have exactly one spelling.
"""

import base64
import re
from collections.abc import Mapping
from typing import Any, Final

EIP712_KIND: Final = "EthereumEip712Signature2021"
ED25519_KIND: Final = "Ed25519Signature2018"

NON_CANONICAL: Final = "the signature is not in its canonical form"
"""The fault of a proof whose signature is spelled in another than the accepted form (D24)."""

SECP256K1_ORDER: Final = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
ED25519_ORDER: Final = 2**252 + 27742317777372353535851937790883648493

_EIP712: Final = re.compile(r"0x[0-9a-f]{64}([0-9a-f]{64})1[bc]")
_JWS: Final = re.compile(r"[A-Za-z0-9_-]+\.\.([A-Za-z0-9_-]{86})")


def signature_of(proof: Mapping[str, Any]) -> str | None:
    """Return the member that is verified: `jws` of an Ed25519 proof, else `proofValue`; None where it is not a text."""
    value = proof.get("jws" if proof.get("type") == ED25519_KIND else "proofValue")
    return value if isinstance(value, str) else None


def is_canonical_proof(proof: Mapping[str, Any]) -> bool:
    """Return whether the proof's signature has the accepted spelling of its kind; False for an unknown kind."""
    signature = signature_of(proof)
    if signature is None:
        return False
    if proof.get("type") == ED25519_KIND:
        return is_canonical_jws(signature)
    return proof.get("type") == EIP712_KIND and is_canonical_eip712(signature)


def is_canonical_eip712(proof_value: str) -> bool:
    """Return whether the text is `0x` and 130 lowercase hex digits, s at most n / 2, the last byte 1b or 1c (D24)."""
    found = _EIP712.fullmatch(proof_value)
    return found is not None and int(found[1], 16) <= SECP256K1_ORDER // 2


def is_canonical_jws(jws: str) -> bool:
    """Return whether the detached JWS ends in the canonical base64url of 64 bytes, S below the group's order (D24)."""
    found = _JWS.fullmatch(jws)
    if found is None:
        return False
    signature = base64.urlsafe_b64decode(found[1] + "==")
    if base64.urlsafe_b64encode(signature).rstrip(b"=").decode() != found[1]:
        return False
    return int.from_bytes(signature[32:], "little") < ED25519_ORDER
