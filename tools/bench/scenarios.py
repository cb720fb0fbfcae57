"""What is measured: not every combination, but each dimension around the score of 20 stamps on 8 connections."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.bench import requests
from tools.bench.holders import CHANGING, SENDING, STEADY, Group
from tools.bench.requests import Request
from tools.bench.serving import GRANIAN, KINDS

SCORE = "score"
READING = tuple(requests.reading(SENDING))
# A reading endpoint that stands for all of them where one is enough.
READ = "gtc-stake"


@dataclass(frozen=True)
class Variant:
    """How the service is started: `kind` is one of serving.KINDS or GRANIAN, `delay_ms` a round trip's to the
    database, `cold` without a verdict cache."""

    kind: str = "gthread"
    delay_ms: float = 0.0
    cold: bool = False


@dataclass(frozen=True)
class Scenario:
    """`changed`: each address has one new stamp since its last score. `half`: at half of what the service carries."""

    endpoint: str
    connections: int
    stamps: int | None = None
    changed: bool = False
    half: bool = False
    variant: Variant = Variant()

    @property
    def name(self) -> str:
        """Unique, and the same in every run."""
        variant = self.variant
        parts = [
            self.what,
            "cold" if variant.cold else "",
            f"{variant.delay_ms:g} ms" if variant.delay_ms else "",
            variant.kind if variant.kind != "gthread" else "",
            "half load" if self.half else "",
            f"{self.connections} connections" if self.connections > 1 else "1 connection",
        ]
        return ", ".join(part for part in parts if part)

    @property
    def what(self) -> str:
        """What is asked, however."""
        asked = self.endpoint if self.stamps is None else f"{self.endpoint} of {self.stamps}"
        return f"{asked}, changed" if self.changed else asked

    @property
    def has_floor(self) -> bool:
        """Whether its statements can be sent again and again, and there is something to compare with."""
        plain = self.variant == Variant() and not self.changed and not self.half
        return plain and (self.endpoint in SCORING or self.endpoint in READING) and self.endpoint != "weights"

    @property
    def group(self) -> Group:
        if self.endpoint in STORING:
            return SENDING
        return (CHANGING if self.changed else STEADY)[20 if self.stamps is None else self.stamps]

    def requests(self) -> Sequence[Request]:
        asked = SCORING.get(self.endpoint) or STORING.get(self.endpoint)
        return asked(self.group) if asked else requests.reading(self.group)[self.endpoint]


SCORING: dict[str, Callable[[Group], list[Request]]] = {
    SCORE: requests.scores,
    "embed-score": requests.embed_scores,
    "internal-score": requests.internal_scores,
    "stored-score": requests.stored_scores,
}
STORING: dict[str, Callable[[Group], list[Request]]] = {
    "embed-stamps": requests.embed_stamps,
    "bulk-stamps": requests.bulk_stamps,
}


def short() -> list[Scenario]:
    """A minute or two: what most changes to the code show in."""
    return [
        *(Scenario(SCORE, 8, stamps) for stamps in (0, 20, 100)),
        Scenario(SCORE, 1, 20),
        Scenario(SCORE, 8, 20, changed=True),
        Scenario(SCORE, 32, 20, half=True),
        Scenario("bulk-stamps", 8, 20),
        Scenario("stored-score", 8),
        Scenario(READ, 8),
        Scenario("check-bans", 8),
        *(Scenario(SCORE, 1, stamps, variant=Variant(delay_ms=5)) for stamps in (0, 100)),
    ]


def whole() -> list[Scenario]:
    delays = [Variant(delay_ms=delay) for delay in (1, 5)]
    return [
        *(Scenario(SCORE, connections, stamps) for stamps in STEADY for connections in (1, 8, 32)),
        Scenario(SCORE, 32, 20, half=True),
        *(Scenario(SCORE, 8, stamps, changed=True) for stamps in CHANGING),
        *(Scenario(endpoint, 8, 20) for endpoint in ("embed-score", "internal-score", *STORING)),
        Scenario("stored-score", 8),
        *(Scenario(endpoint, 8) for endpoint in READING),
        *(Scenario(READ, connections) for connections in (1, 32)),
        *(Scenario(SCORE, 8, stamps, variant=Variant(cold=True)) for stamps in (5, 20, 100)),
        *(
            Scenario(SCORE, connections, stamps, variant=delay)
            for delay in delays
            for stamps in (0, 20, 100)
            for connections in (1, 8)
        ),
        *(Scenario(READ, 1, variant=delay) for delay in delays),
    ]


def worker_classes() -> list[Scenario]:
    """Threads, no threads, and another server, beside each other."""
    return [
        scenario
        for kind in (*KINDS, GRANIAN)
        if kind != Variant().kind
        for connections in (8, 32)
        for scenario in (
            Scenario(SCORE, connections, 20, variant=Variant(kind)),
            Scenario(READ, connections, variant=Variant(kind)),
        )
    ]


def by_variant(scenarios: Sequence[Scenario]) -> dict[Variant, list[Scenario]]:
    """Those that one server serves together; at half load comes what is known of full load by then."""
    grouped: dict[Variant, list[Scenario]] = {}
    for scenario in scenarios:
        grouped.setdefault(scenario.variant, []).append(scenario)
    return grouped
