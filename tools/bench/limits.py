"""What must be shown, and whether it was."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tools.bench.figures import median, own_cpu
from tools.bench.results import Figures, Results
from tools.bench.scenarios import READING

MINUTES = 60.0


@dataclass(frozen=True)
class Shown:
    """`value` and `limit` in the unit that `what` names; `at_most` False where the limit is a least value."""

    what: str
    value: float
    limit: float
    at_most: bool = True

    @property
    def holds(self) -> bool:
        return self.value <= self.limit if self.at_most else self.value >= self.limit


def shown(results: Results) -> Iterator[Shown]:
    """Those that the run measured."""
    for name, judge in SCENARIOS.items():
        figures = results.scenarios.get(name)
        if figures is not None:
            yield from judge(figures)
    yield from _reading(results)
    yield from _start_and_memory(results)
    if results.about.get("seconds"):
        yield Shown("this run, minutes", results.about["seconds"] / MINUTES, 15)


def _score(figures: Figures) -> Iterator[Shown]:
    yield Shown("score of 20, warm: CPU of the service without verification, ms", own_cpu(figures), 1.0)
    if figures.get("floor"):
        share = 100 * median(figures, "throughput") / figures["floor"]["throughput"]
        yield Shown("score of 20, warm: throughput, % of the bare psycopg loop's", share, 60, at_most=False)


def _half_load(figures: Figures) -> Iterator[Shown]:
    yield Shown("score of 20 at half load: p99 / p50", median(figures, "p99") / median(figures, "p50"), 5)


def _delayed(stamps: int) -> Callable[[Figures], Iterator[Shown]]:
    def judge(figures: Figures) -> Iterator[Shown]:
        yield Shown(f"score of {stamps}, 5 ms to the database: p50, ms", median(figures, "p50"), 3 * 5 + 3)

    return judge


SCENARIOS: dict[str, Callable[[Figures], Iterator[Shown]]] = {
    "score of 20, 8 connections": _score,
    "score of 20, half load, 32 connections": _half_load,
    "score of 0, 5 ms, 1 connection": _delayed(0),
    "score of 100, 5 ms, 1 connection": _delayed(100),
}


def _reading(results: Results) -> Iterator[Shown]:
    read = [figures for figures in results.scenarios.values() if _is_plain_reading(figures)]
    if read:
        most = max(read, key=lambda figures: median(figures, "service_cpu"))
        what = f"reading endpoints: CPU of the service, ms (the most: {most['endpoint']})"
        yield Shown(what, median(most, "service_cpu"), 0.35)


def _is_plain_reading(figures: Figures) -> bool:
    variant = figures["variant"]
    is_plain = variant["kind"] == "gthread" and not variant["delay_ms"] and figures["connections"] == 8
    return is_plain and figures["endpoint"] in (*READING, "stored-score")


def _start_and_memory(results: Results) -> Iterator[Shown]:
    if results.start:
        yield Shown("cold start, import to first score, s", results.start["seconds"], 1.0)
    if results.memory:
        by_requests = [(each["requests"], max(each["megabytes"])) for each in results.memory]
        after = [megabytes for requests, megabytes in by_requests if requests >= 10_000]
        if after:
            yield Shown("memory of a worker after 10,000 requests, MB", after[0], 120)
        if by_requests[-1][0] >= 100_000:
            what = "memory of a worker after 100,000 requests, % of that after 10,000"
            yield Shown(what, 100 * after[-1] / after[0], 105)
