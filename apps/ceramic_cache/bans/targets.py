"""What a ban bans (contract, sections 4.9 and 6.1). Pure."""

from dataclasses import dataclass
from typing import Final

from scorer_v2.primitives.addresses import is_address

ACCOUNT: Final = "account"
SINGLE_STAMP: Final = "single_stamp"
HASH: Final = "hash"

LONGEST_HASH = 100
LONGEST_PROVIDER = 256


class InvalidBan(ValueError):
    """Such a ban would hit nothing, or nobody knows what; the text is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class BanTarget:
    """What a ban bans. The address is lowercase; a column that its type does not use is empty."""

    type: str
    address: str = ""
    provider: str = ""
    hash: str = ""

    def __str__(self) -> str:
        if self.type == HASH:
            return f"every stamp with the hash {self.hash}"
        return f"the stamp {self.provider} of {self.address}" if self.provider else f"every stamp of {self.address}"


def ban_target(*, address: str = "", provider: str = "", hash: str = "") -> BanTarget:
    """The target that follows from what is filled in: an address alone, an address and a provider, or a hash alone.

    Raises InvalidBan.
    """
    address, provider, hash = address.strip(), provider.strip(), hash.strip()
    _check_combination(address, provider, hash)
    if hash:
        _check_length("hash", hash, LONGEST_HASH)
        return BanTarget(HASH, hash=hash)
    if not is_address(address):
        raise InvalidBan(f"{address!r} is not an Ethereum address, or its checksum is wrong.")
    if not address[:2].lower() == "0x":
        raise InvalidBan(f"The address {address} has no 0x in front.")
    _check_length("provider", provider, LONGEST_PROVIDER)
    return BanTarget(SINGLE_STAMP if provider else ACCOUNT, address=address.lower(), provider=provider)


def _check_combination(address: str, provider: str, hash: str) -> None:
    if hash and (address or provider):
        raise InvalidBan("A hash is banned by itself: leave address and provider empty, or ban them separately.")
    if provider and not address:
        raise InvalidBan("A provider is banned for an address only: say whose, or ban the hash.")
    if not hash and not address:
        raise InvalidBan("Nothing is banned: fill in an address, an address and a provider, or a hash.")


def _check_length(name: str, value: str, longest: int) -> None:
    if len(value) > longest:
        raise InvalidBan(f"The {name} is longer than {longest} characters.")
