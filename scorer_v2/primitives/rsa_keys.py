"""RSA keys given as text: PEM, or base64 of PEM."""

import base64
import binascii
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

MIN_KEY_BITS = 2_048


@lru_cache(maxsize=4)
def read_public_key(text: str) -> RSAPublicKey:
    """Return the RSA public key of a PEM text or of its base64. Raises ValueError with the fault."""
    try:
        key = load_pem_public_key(_pem(text))
    except Exception as error:  # cryptography's own exceptions share no base
        raise ValueError("it is not a public key in PEM, nor base64 of one") from error
    if not isinstance(key, RSAPublicKey):
        raise ValueError("it is not an RSA key")  # noqa: TRY004 - the value of a text, not the type of an argument
    if key.key_size < MIN_KEY_BITS:
        raise ValueError(f"it has {key.key_size} bits, fewer than {MIN_KEY_BITS}")
    return key


def _pem(text: str) -> bytes:
    if "-----BEGIN" in text:
        return text.encode()
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise ValueError("it is not base64") from error
