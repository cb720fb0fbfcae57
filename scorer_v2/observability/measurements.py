"""What one request cost and came to. Whoever knows a figure adds it to `current()`; `request_log` makes it known."""

from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Measurement:
    """Seconds are of the wall clock. `reason` is why the answer is an error, and holds nothing that is secret.

    `proofs_valid` and `proofs_invalid` count verifications, `proofs_remembered` valid stamps that took none; `kept`,
    `deduplicated` and `left_out` count stamps, `caches` counts (cache, outcome), `restarts` scorings that another
    request disturbed.
    """

    round_trips: int = 0
    database_seconds: float = 0.0
    verification_seconds: float = 0.0
    community: int | None = None
    key_prefix: str | None = None
    reason: str | None = None
    rollout: str | None = None
    trace_id: str | None = None
    restarts: int = 0
    proofs_valid: int = 0
    proofs_invalid: int = 0
    proofs_remembered: int = 0
    kept: int = 0
    deduplicated: int = 0
    left_out: int = 0
    caches: dict[tuple[str, str], int] = field(default_factory=dict)

    def count_cache(self, cache: str, outcome: str) -> None:
        """`outcome` is `hit`, `miss` or `failed`."""
        self.caches[cache, outcome] = self.caches.get((cache, outcome), 0) + 1


# Where figures go that belong to no request, such as those of a command.
_NOBODYS = Measurement()

_current: ContextVar[Measurement] = ContextVar("measurement", default=_NOBODYS)

current = _current.get
begin = _current.set
end = _current.reset
