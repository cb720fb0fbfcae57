"""A memory of addresses' stamps. The same ones are scored again and again, and need not come from the database again
while none of their rows has changed."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from apps.registry.scoring.documents import MAX_DOCUMENT_BYTES
from apps.registry.scoring.known_credentials import KnownCredentials
from apps.registry.scoring.records import Snapshot, StoredStamp

CHARACTERS_OF_ONE = 1000


class RememberedStamps(NamedTuple):
    """All live stamps of an address as their rows had them in this `version`, known since that time. The attestation
    stands for the document where the proof was found to hold. `nullifiers` are all that the documents name, `jws` the
    signatures of Ed25519 proofs: they may be revoked in another row, which changes the version."""

    version: str
    stamps: Sequence[StoredStamp]
    nullifiers: Sequence[str]
    since: datetime
    jws: Sequence[str] = ()

    @property
    def size(self) -> int:
        """A stamp counts as one, and so does each 1000 characters of a document that is kept."""
        return sum(1 + len(stamp.document) // CHARACTERS_OF_ONE for stamp in self.stamps)


class StampMemory:
    """Of addresses whose stamps have a `size` of so many in all, the one that was scored longest ago leaves first.
    Threads may share it. 0 turns it off."""

    def __init__(self, size: int) -> None:
        self._free = self._size = size
        self._held: OrderedDict[str, RememberedStamps] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._held)

    def recall(self, address: str, *, now: datetime) -> RememberedStamps | None:
        """None for an address that is not known, or was not yet known at the time `now`: proofs that hold today need
        not have held then."""
        with self._lock:
            found = self._held.get(address)
            if found is None or found.since > now:
                return None
            self._held.move_to_end(address)
        return found

    def keep(self, address: str, remembered: RememberedStamps) -> None:
        """In place of what was known of the address."""
        size = remembered.size
        with self._lock:
            self._forget(address)
            if size > self._size:
                return
            self._held[address] = remembered
            self._free -= size
            while self._free < 0:
                self._forget(next(iter(self._held)))

    def _forget(self, address: str) -> None:
        forgotten = self._held.pop(address, None)
        if forgotten is not None:
            self._free += forgotten.size


def remembered(snapshot: Snapshot, version: str, *, known: KnownCredentials, now: datetime) -> RememberedStamps:
    """The snapshot's stamps in this version, those of `known` credentials with what they say in place of their
    documents. Texts that a credential has too are the credential's: a third of what a stamp takes."""
    stamps = [_attested(stamp, known, now) for stamp in snapshot.stamps]
    said = {nullifier: nullifier for stamp in stamps if stamp.attestation for nullifier in stamp.attestation.nullifiers}
    nullifiers = tuple(said.get(nullifier, nullifier) for nullifier in snapshot.nullifiers)
    return RememberedStamps(version, stamps, nullifiers, now, tuple(snapshot.jws))


def _attested(stamp: StoredStamp, known: KnownCredentials, now: datetime) -> StoredStamp:
    if len(stamp.document) > MAX_DOCUMENT_BYTES:
        return stamp
    attestation = known.recall(stamp.document, now=now)
    if attestation is None:
        return stamp
    provider = attestation.provider if attestation.provider == stamp.provider else stamp.provider
    return stamp._replace(document="", attestation=attestation, provider=provider)
