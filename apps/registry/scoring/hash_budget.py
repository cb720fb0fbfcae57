"""How much one verification may hash, whatever the credential says.

The most that a recorded credential takes is 33 hashes of 1,795 bytes in all.
"""

from functools import lru_cache
from typing import Final

from apps.registry.scoring.proof_errors import InvalidProof
from scorer_v2.primitives.keccak import keccak256

MAX_HASHES: Final = 128
MAX_HASHED_BYTES: Final = 16 * 1024


class HashBudget:
    """Counts the hashes of one verification and the bytes that are hashed. Not for several threads.

    A hash counts wherever its result comes from, so that a verdict does not depend on what was verified before.
    """

    __slots__ = ("hashed_bytes", "hashes")

    def __init__(self) -> None:
        self.hashes = 0
        self.hashed_bytes = 0

    def keccak256(self, data: bytes) -> bytes:
        """Return the Keccak-256 of the data. Raises: InvalidProof when the budget is spent."""
        self.hashes += 1
        self.hashed_bytes += len(data)
        if self.hashes > MAX_HASHES or self.hashed_bytes > MAX_HASHED_BYTES:
            raise InvalidProof("the credential takes more hashing than any issuer's does")
        return short_hash(data) if len(data) <= 128 else keccak256(data)


@lru_cache(maxsize=4096)
def short_hash(data: bytes) -> bytes:
    """Half of a credential's texts are the same in all of an issuer's credentials."""
    return keccak256(data)
