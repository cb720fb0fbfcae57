"""Keccak-256, Ethereum's hash (the padding differs from SHA3-256)."""

from sha3 import keccak_256


def keccak256(data: bytes) -> bytes:
    return keccak_256(data).digest()  # type: ignore[no-any-return]
