"""Proofs of kind `Ed25519Signature2018` by issuers that are `did:key` (contract, section 3.3, point 5; D21)."""

import base64
import re
from functools import lru_cache
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from apps.registry.scoring.canonical import signing_input
from apps.registry.scoring.proof_errors import InvalidProof
from apps.registry.scoring.proof_values import NON_CANONICAL, is_canonical_jws
from apps.registry.scoring.signed_credentials import SignedCredential

KEY_PREFIX: Final = "did:key:z"
HEADER: Final = base64.urlsafe_b64encode(b'{"alg":"EdDSA","crit":["b64"],"b64":false}').rstrip(b"=").decode()
"""The one header that issuers use. The signature covers it."""

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS: Final = {letter: value for value, letter in enumerate(_ALPHABET)}
_KEY: Final = re.compile(r"did:key:z([1-9A-HJ-NP-Za-km-z]{46,48})")
_MULTICODEC: Final = b"\xed\x01"


def check_ed25519_proof(signed: SignedCredential) -> None:
    """Raises InvalidProof unless the issuer's key signed all of the credential, and it is of a known shape."""
    key = _public_key(signed.issuer)
    if signed.proof.get("verificationMethod") != f"{signed.issuer}#{signed.issuer.removeprefix('did:key:')}":
        raise InvalidProof("the verification method is not the issuer's key")
    signature = _signature(signed.proof.get("jws"))
    try:
        key.verify(signature, message(signed))
    except InvalidSignature:
        raise InvalidProof("the signature is not the issuer's, or something that it covers was changed") from None


def message(signed: SignedCredential) -> bytes:
    """The bytes that the signature is over. Raises InvalidProof for a credential of another than the known shapes."""
    return f"{HEADER}.".encode() + signing_input(signed)


def detached_jws(signature: bytes) -> str:
    """The proof's `jws` for a signature."""
    return f"{HEADER}..{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def did_of(public_key: bytes) -> str:
    """The `did:key` of a raw public key of 32 bytes."""
    number, letters = int.from_bytes(_MULTICODEC + public_key), ""
    while number:
        number, digit = divmod(number, 58)
        letters = _ALPHABET[digit] + letters
    return KEY_PREFIX + letters


@lru_cache(maxsize=64)
def _public_key(issuer: str) -> Ed25519PublicKey:
    found = _KEY.fullmatch(issuer)
    if found is None:
        raise InvalidProof("the issuer is no Ed25519 key")
    number = 0
    for letter in found[1]:
        number = number * 58 + _DIGITS[letter]
    if number >= 2**272 or number.to_bytes(34)[:2] != _MULTICODEC:
        raise InvalidProof("the issuer is no Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(number.to_bytes(34)[2:])


def _signature(jws: Any) -> bytes:
    header, _, encoded = jws.partition("..") if isinstance(jws, str) else ("", "", "")
    if header != HEADER:
        raise InvalidProof("the signature's header is not the known one")
    if not is_canonical_jws(jws):
        raise InvalidProof(NON_CANONICAL)
    return base64.urlsafe_b64decode(f"{encoded}==")
