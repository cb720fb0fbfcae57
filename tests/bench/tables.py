"""The results as Markdown tables."""

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from tests.bench.results import Figures, Results

NAME_OF_DEFAULT = "gthread"


def median(figures: Figures, name: str) -> float:
    return statistics.median(sample[name] or 0.0 for sample in figures["samples"])


def own_cpu(figures: Figures) -> float:
    """CPU of the service without verification."""
    return statistics.median(sample["service_cpu"] - sample["verification"] for sample in figures["samples"])


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Markdown, aligned for who reads it as text; the first column to the left."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [list(head), *cells]) for column in range(len(head))]

    def line(row: Sequence[str]) -> str:
        padded = [
            row[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
        ]
        return f"| {' | '.join(padded)} |"

    rule = f"|{'-' * (widths[0] + 2)}|" + "".join(f"{'-' * (width + 1)}:|" for width in widths[1:])
    return "\n".join([line(list(head)), rule, *map(line, cells)])


SCENARIO_HEAD = (
    "scenario", "req/s", "p50", "p95", "p99", "CPU service", "verifying", "CPU own", "CPU PostgreSQL", "trips",
    "floor req/s", "of floor", "errors",
)  # fmt: skip


def scenario_table(results: Results) -> str:
    """Milliseconds; CPU is of a request."""
    return table(SCENARIO_HEAD, (_scenario_row(name, figures) for name, figures in results.scenarios.items()))


def _scenario_row(name: str, figures: Figures) -> list[str]:
    floor = figures.get("floor")
    throughput = median(figures, "throughput")
    database = "?" if figures["samples"][0]["database_cpu"] is None else f"{median(figures, 'database_cpu'):.2f}"
    return [
        name,
        f"{throughput:.0f}",
        *(f"{median(figures, percentile):.1f}" for percentile in ("p50", "p95", "p99")),
        f"{median(figures, 'service_cpu'):.2f}",
        f"{median(figures, 'verification'):.2f}",
        f"{own_cpu(figures):.2f}",
        database,
        f"{median(figures, 'round_trips'):.1f}",
        f"{floor['throughput']:.0f}" if floor else "",
        f"{100 * throughput / floor['throughput']:.0f} %" if floor else "",
        str(sum(sample["errors"] for sample in figures["samples"])),
    ]


def report(results: Results) -> str:
    """All of it."""
    about = results.about
    lines = [
        f"{about['taken']}, commit {about['commit']}, {about['processors']} processors, Python {about['python']}, "
        f"{about['postgres']}, load before {about['load_before']:.1f}.",
        "",
        scenario_table(results),
    ]
    return "\n".join(lines) + "\n"
