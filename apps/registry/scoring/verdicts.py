"""A memory of proofs that hold. The same stored credential is scored again and again; its signature does not change."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import Any, Protocol

from apps.registry.scoring.proofs import proof_fault


class Verify(Protocol):
    """What is wrong with a credential's proof at a time, or None."""

    def __call__(self, credential: Mapping[str, Any], *, now: datetime) -> str | None: ...


class VerdictCache:
    """At most `size` verdicts, the least recently used one leaves first. Threads may share it. 0 turns it off.

    Only the verdict *valid* is kept, with the time it was found at: a proof that held then holds at any later time,
    since time decides only about proofs of the future. It is kept by the digest of the document's bytes, and by
    nothing that a signature's malleability could change.
    """

    def __init__(self, size: int, *, verify: Verify | None = None) -> None:
        """`verify` takes the place of `proof_fault`, around which it may measure."""
        self._size = size
        self._verify: Verify = verify or proof_fault
        self._valid: OrderedDict[bytes, datetime] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._valid)

    def fault(self, document: str, credential: Mapping[str, Any], *, now: datetime) -> str | None:
        """As `proof_fault`. `credential` must be what `document` parses to."""
        if self._size <= 0:
            return self._verify(credential, now=now)
        digest = sha256(document.encode(errors="surrogatepass")).digest()
        if self._held(digest, now):
            return None
        fault = self._verify(credential, now=now)
        if fault is None:
            self._keep(digest, now)
        return fault

    def _held(self, digest: bytes, now: datetime) -> bool:
        with self._lock:
            found_at = self._valid.get(digest)
            if found_at is None or found_at > now:
                return False
            self._valid.move_to_end(digest)
            return True

    def _keep(self, digest: bytes, now: datetime) -> None:
        with self._lock:
            self._valid[digest] = now
            self._valid.move_to_end(digest)
            if len(self._valid) > self._size:
                self._valid.popitem(last=False)
