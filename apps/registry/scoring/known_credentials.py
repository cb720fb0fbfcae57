"""A memory of credentials whose proof holds. The same ones are scored again and again, and what they say is signed."""

from collections import OrderedDict
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import NamedTuple


class Attestation(NamedTuple):
    """What a credential says whose form is right and whose proof holds. `address` is the holder's, in lower case;
    `nullifiers` are those of all generations (section 3.4)."""

    issuer: str
    address: str
    provider: str
    expires_at: datetime
    expiration_text: str
    nullifiers: tuple[str, ...]
    human_key: str | None


class KnownCredentials:
    """At most `size` of them, the least recently used one leaves first. Threads may share it. 0 turns it off.

    Only what time cannot change is kept, with the time that the proof was found to hold at: a proof that held then
    holds at any later time, since time decides only about proofs of the future. It is kept by the digest of the
    document's bytes. Who is trusted to issue, when the
    credential expires and whose it is are checked at every scoring.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: OrderedDict[bytes, tuple[Attestation, datetime]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._held)

    def recall(self, document: str, *, now: datetime) -> Attestation | None:
        """None for a document that is not known, or was not yet known at the time `now`."""
        if self._size <= 0:
            return None
        digest = _digest(document)
        with self._lock:
            found = self._held.get(digest)
            if found is None or found[1] > now:
                return None
            self._held.move_to_end(digest)
        return found[0]

    def keep(self, document: str, attestation: Attestation, *, now: datetime) -> None:
        """`attestation` must be what `document` says, its proof found to hold as of `now`."""
        if self._size <= 0:
            return
        digest = _digest(document)
        with self._lock:
            self._held[digest] = attestation, now
            self._held.move_to_end(digest)
            if len(self._held) > self._size:
                self._held.popitem(last=False)


def _digest(document: str) -> bytes:
    return sha256(document.encode(errors="surrogatepass")).digest()
