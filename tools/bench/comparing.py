"""Two runs beside each other: what became slower, beyond what the samples of each differ among themselves."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tools.bench.figures import median, own_cpu, samples_of, spread
from tools.bench.results import Figures, Results


@dataclass(frozen=True)
class Quantity:
    """`least`: a change smaller than this share is none, however close the samples are."""

    name: str
    unit: str
    value: Callable[[Figures], float]
    samples: Callable[[Figures], Sequence[float]]
    least: float
    more_is_better: bool = False


def _sampled(name: str, title: str, unit: str, least: float, *, more_is_better: bool = False) -> Quantity:
    return Quantity(
        title,
        unit,
        lambda figures: median(figures, name),
        lambda figures: samples_of(figures, name),
        least,
        more_is_better,
    )


# Times of the wall differ more from run to run than CPU does: others use the machine too.
QUANTITIES = (
    Quantity(
        "CPU of the service without verification",
        "ms",
        own_cpu,
        lambda figures: [each["service_cpu"] - each["verification"] for each in figures["samples"]],
        0.05,
    ),
    _sampled("database_cpu", "CPU of PostgreSQL", "ms", 0.05),
    _sampled("p50", "p50", "ms", 0.10),
    _sampled("p99", "p99", "ms", 0.30),
    _sampled("throughput", "throughput", "req/s", 0.10, more_is_better=True),
)


@dataclass(frozen=True)
class Change:
    """`share`: by how much the figure is worse (above 0) or better; `tolerance`: how much is noise."""

    what: str
    quantity: str
    unit: str
    before: float
    after: float
    share: float
    tolerance: float

    @property
    def is_slower(self) -> bool:
        return self.share > self.tolerance

    @property
    def is_faster(self) -> bool:
        return -self.share > self.tolerance

    def __str__(self) -> str:
        word = "slower" if self.is_slower else "faster"
        return (
            f"{word}: {self.what}: {self.quantity} {self.before:.2f} -> {self.after:.2f} {self.unit} "
            f"({100 * (self.after / self.before - 1):+.0f} %, of which {100 * self.tolerance:.0f} % may be noise)"
        )


def changes(before: Results, after: Results) -> Iterator[Change]:
    """Of all that both runs measured, worse or better or neither."""
    for name, figures in after.scenarios.items():
        earlier = before.scenarios.get(name)
        for quantity in QUANTITIES if earlier else ():
            change = _change(name, quantity, earlier or {}, figures)
            if change is not None:
                yield change
    for what, counts in after.counts.items():
        if what in before.counts:
            yield from _counted(what, before.counts[what], counts)


def _change(what: str, quantity: Quantity, before: Figures, after: Figures) -> Change | None:
    old, new = quantity.value(before), quantity.value(after)
    if not old or not new:
        return None
    worse = old / new - 1 if quantity.more_is_better else new / old - 1
    tolerance = quantity.least + spread(quantity.samples(before)) + spread(quantity.samples(after))
    return Change(what, quantity.name, quantity.unit, old, new, worse, tolerance)


def _counted(what: str, before: Figures, after: Figures) -> Iterator[Change]:
    """Counts are exact, but for WAL, in which hint bits and full pages differ a little."""
    pairs = {
        "round trips": (before["trips"], after["trips"], 0.0),
        "statements": (before["statements"], after["statements"], 0.0),
        "rows written": (sum(before["rows"].values()), sum(after["rows"].values()), 0.0),
        "WAL": (before["wal"], after["wal"], 0.05),
    }
    for name, (old, new, tolerance) in pairs.items():
        if old:
            yield Change(what, name, "", old, new, new / old - 1, tolerance)
