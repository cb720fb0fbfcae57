"""The comparison itself: every request goes to the old service, the new one, and the old one again.

The second answer of the old service teaches what is noise. On clones the new service is asked twice as well, so that
both databases see the same requests equally often.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tools.comparison.calls import Service
from tools.comparison.differences import Answer, Difference, differences, learn, without_noise
from tools.comparison.requests import READ_ONLY, Request
from tools.comparison.rows import Clone, CloneError, RowDifference, row_differences

EXAMPLES = 3
# How far the clocks of two machines may be apart.
CLOCKS_APART = timedelta(minutes=1)


class ServiceError(Exception):
    """A service cannot be compared; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Example:
    """A request in which a field differs. `old` and `new` are JSON texts, cut off."""

    request: str
    old: str
    new: str


@dataclass(slots=True)
class FieldReport:
    """A field that differs, in how many requests, with a few of them."""

    name: str
    count: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(slots=True)
class EndpointReport:
    """`fields` by how often they differ; `noise` are fields that were not compared by value."""

    endpoint: str
    compared: int = 0
    different: int = 0
    fields: list[FieldReport] = field(default_factory=list)
    noise: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """What a comparison found. `skipped` counts reasons, `milliseconds` are an answer's of (old, new)."""

    old: str
    new: str
    endpoints: list[EndpointReport]
    skipped: Counter[str]
    rows: list[RowDifference] | None
    unmarked: int
    milliseconds: tuple[float, float]

    @property
    def compared(self) -> int:
        return sum(each.compared for each in self.endpoints)

    @property
    def different(self) -> int:
        return sum(each.different for each in self.endpoints)

    @property
    def rate(self) -> float:
        """The share of compared requests that differ, 0 to 1."""
        return self.different / self.compared if self.compared else 0.0

    @property
    def has_differences(self) -> bool:
        return bool(self.different or self.rows)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What differs in one request, before the noise is known."""

    request: str
    found: list[Difference]


class Comparison:
    """`ignored` are names of fields that may differ. With `clones` scoring endpoints are asked too."""

    def __init__(
        self,
        old: Service,
        new: Service,
        *,
        clones: tuple[Clone, Clone] | None = None,
        ignored: Collection[str] = (),
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._old, self._new, self._clones = old, new, clones
        self._ignored, self._progress = frozenset(ignored), progress
        self._noise: dict[str, dict[str, frozenset[str]]] = {}
        self._seen: dict[str, list[_Seen]] = {}
        self._skipped: Counter[str] = Counter()
        self._unmarked = 0
        self._proven: set[Clone] = set()
        self._since = datetime.now(UTC) - CLOCKS_APART

    def run(self, requests: Sequence[Request]) -> Report:
        """Raises ServiceError and CloneError."""
        addresses = {request.address for request in requests if request.address}
        self._require_equal_clones(addresses)
        for number, request in enumerate(requests, 1):
            reason = self._reason_to_skip(request)
            if reason:
                self._skipped[reason] += 1
            else:
                self._compare(request)
            if self._progress:
                self._progress(number)
        rows = row_differences(*(clone.rows(addresses) for clone in self._clones)) if self._clones else None
        reports = [self._endpoint_report(endpoint) for endpoint in sorted(self._seen)]
        milliseconds = (self._old.milliseconds, self._new.milliseconds)
        return Report(self._old.url, self._new.url, reports, self._skipped, rows, self._unmarked, milliseconds)

    def _require_equal_clones(self, addresses: Collection[str]) -> None:
        if self._clones and row_differences(*(clone.rows(addresses) for clone in self._clones)):
            raise CloneError("The clones differ before anything was asked. Make both from one database.")

    def _reason_to_skip(self, request: Request) -> str | None:
        if request.endpoint is None:
            return "not an endpoint of the new service"
        if self._clones is None and request.endpoint not in READ_ONLY:
            return "a scoring endpoint, which writes: only with --on-clones"
        return None

    def _compare(self, request: Request) -> None:
        endpoint = request.endpoint or ""
        old = self._ask(self._old, request, first_clone=0)
        new = self._ask(self._new, request, first_clone=1)
        again = self._ask(self._old, request)
        if self._clones:
            self._ask(self._new, request)
        learn(self._noise.setdefault(endpoint, {}), old, again, since=self._since)
        self._unmarked += not new.is_ours and not new.failure
        found = differences(old, new, since=self._since)
        wanted = [each for each in found if each.field.rpartition(".")[2] not in self._ignored]
        self._seen.setdefault(endpoint, []).append(_Seen(f"{request.method} {request.path}", wanted))

    def _ask(self, service: Service, request: Request, *, first_clone: int | None = None) -> Answer:
        answer = service.ask(request)
        if answer.failure and not self._seen:
            raise ServiceError(f"{service.url} does not answer: {answer.failure}.")
        if self._clones and first_clone is not None and request.endpoint not in READ_ONLY:
            self._require_clone(service, self._clones[first_clone], request, answer)
        return answer

    def _require_clone(self, service: Service, clone: Clone, request: Request, answer: Answer) -> None:
        """Before anything else is scored: does the service write where it should?"""
        if clone in self._proven or answer.status not in (200, 201) or not request.address:
            return
        if not clone.was_scored(request.address):
            raise ServiceError(f"{service.url} does not write to the clone {clone.name!r}. Nothing more was asked.")
        self._proven.add(clone)

    def _endpoint_report(self, endpoint: str) -> EndpointReport:
        noise = self._noise.get(endpoint, {})
        report = EndpointReport(endpoint, noise=sorted(noise))
        fields: dict[str, FieldReport] = {}
        for seen in self._seen[endpoint]:
            differing = {each.field: each for each in without_noise(seen.found, noise)}
            report.compared += 1
            report.different += bool(differing)
            for each in differing.values():
                entry = fields.setdefault(each.field, FieldReport(each.field))
                entry.count += 1
                if len(entry.examples) < EXAMPLES:
                    entry.examples.append(Example(seen.request, each.old, each.new))
        report.fields = sorted(fields.values(), key=lambda entry: (-entry.count, entry.name))
        return report
