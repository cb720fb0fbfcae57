"""Ethereum addresses and DIDs as the contract's section 1.4 reads them."""

import re

from scorer_v2.primitives.errors import InvalidAddress
from scorer_v2.primitives.ethereum_addresses import checksummed

_FORM = re.compile(r"(?:0[xX])?([0-9a-fA-F]{40})", re.ASCII)


def is_address(text: str) -> bool:
    """Whether `text` is an address: 40 hex digits, `0x` optional, mixed case only with the right EIP-55 checksum."""
    match = _FORM.fullmatch(text)
    if match is None:
        return False
    digits = match[1]
    return digits.islower() or digits.isupper() or digits.isdigit() or digits == checksummed(digits.lower())


def lowercase_address(text: str) -> str:
    """The lowercased address; its checksum is never enforced. Raises InvalidAddress."""
    address = text.lower()
    if not is_address(address):
        raise InvalidAddress
    return address


def checked_address(text: str) -> str:
    """The lowercased address of a text whose checksum must hold where its case is mixed. Raises InvalidAddress."""
    if not is_address(text):
        raise InvalidAddress
    return text.lower()


def address_of_did(did: str) -> str:
    """The part after the last colon, lowercased; a DID without a colon is its own address part."""
    return did.rpartition(":")[2].lower()
