"""The checksum of EIP-55: which of an address's letters are capital."""

from scorer_v2.primitives.keccak import keccak256


def checksummed(digits: str) -> str:
    """40 lowercase hexadecimal digits with the capital letters that the checksum demands."""
    hashed = keccak256(digits.encode()).hex()
    return "".join(digit.upper() if int(mark, 16) >= 8 else digit for digit, mark in zip(digits, hashed, strict=False))
