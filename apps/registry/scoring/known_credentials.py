"""A memory of credentials and their verdicts. The same ones are scored again and again, and what they say is signed."""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

Verdict = TypeVar("Verdict")


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
    """At most `size` valid and `size` refused credentials, the least recently used one of its kind leaves first:
    whoever sends invalid ones cannot displace a valid one. Threads may share it. 0 turns it off.

    Only what later time cannot change is kept, with the time of the verdict: a proof that held then holds at any later
    time, a credential that had expired then has. A verdict is never used for a time before its own. Documents are known
    by the digest of their bytes. Of a valid one the issuer, the expiry and the holder are checked at every scoring; a
    refusal is kept for one address and one set of trusted issuers.
    """

    def __init__(self, size: int) -> None:
        self._valid: _Verdicts[Attestation] = _Verdicts(size)
        self._refused: _Verdicts[str] = _Verdicts(size)

    def __len__(self) -> int:
        """The number of valid ones."""
        return len(self._valid)

    @property
    def refused(self) -> int:
        """The number of refused ones."""
        return len(self._refused)

    def recall(self, document: str, *, now: datetime) -> Attestation | None:
        """Return what a valid document says; None when it is not known, or was not yet known at the time `now`."""
        return self._valid.recall(_digest(document), now) if self._valid.size > 0 else None

    def keep(self, document: str, attestation: Attestation, *, now: datetime) -> None:
        """`attestation` must be what `document` says, its proof found to hold as of `now`."""
        if self._valid.size > 0:
            self._valid.keep(_digest(document), attestation, now)

    def recall_refusal(
        self, document: str, *, address: str, trusted_issuers: frozenset[str], now: datetime
    ) -> str | None:
        """Return why the document does not count for the address; None when no refusal is known as of `now`."""
        if self._refused.size <= 0:
            return None
        return self._refused.recall((_digest(document), address, trusted_issuers), now)

    def keep_refusal(
        self, document: str, reason: str, *, address: str, trusted_issuers: frozenset[str], now: datetime
    ) -> None:
        """`reason` must be one that holds at any time from `now` on."""
        if self._refused.size > 0:
            self._refused.keep((_digest(document), address, trusted_issuers), reason, now)


class _Verdicts(Generic[Verdict]):
    """At most `size` verdicts with their times; the least recently used one leaves first."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._held: OrderedDict[Hashable, tuple[Verdict, datetime]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._held)

    def recall(self, key: Hashable, now: datetime) -> Verdict | None:
        with self._lock:
            found = self._held.get(key)
            if found is None or found[1] > now:
                return None
            self._held.move_to_end(key)
        return found[0]

    def keep(self, key: Hashable, verdict: Verdict, now: datetime) -> None:
        with self._lock:
            self._held[key] = verdict, now
            self._held.move_to_end(key)
            if len(self._held) > self.size:
                self._held.popitem(last=False)


def _digest(document: str) -> bytes:
    return sha256(document.encode(errors="surrogatepass")).digest()
