"""The results as Markdown tables. Times are milliseconds, CPU is of one request."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tools.bench.comparing import changes
from tools.bench.figures import median, own_cpu
from tools.bench.limits import shown
from tools.bench.planning import capacities, costs_of
from tools.bench.results import Figures, Results
from tools.bench.scenarios import READ, SCORE

# The load average before a run, above which others use the machine too.
QUIET = 0.7
SCENARIO_HEAD = (
    "scenario", "req/s", "p50", "p95", "p99", "CPU service", "verifying", "CPU own", "CPU PostgreSQL", "floor req/s",
    "% of floor", "MB a worker", "errors",
)  # fmt: skip


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Aligned for who reads it as text; the first column to the left."""
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


def scenario_table(results: Results, belongs: Callable[[Figures], bool] = lambda _: True) -> str:
    """Of the scenarios that belong to it."""
    rows = (_scenario_row(name, figures) for name, figures in results.scenarios.items() if belongs(figures))
    return table(SCENARIO_HEAD, rows)


def is_compared_with_servers(figures: Figures) -> bool:
    """Measured with every server and worker class, or the same with our own."""
    variant = figures["variant"]
    special = variant["delay_ms"] or variant["cold"] or figures["changed"] or figures["half"]
    asked = (figures["endpoint"], figures["stamps"]) in ((SCORE, 20), (READ, None))
    return bool(asked and not special and figures["connections"] in (8, 32))


def about_line(results: Results) -> str:
    """What was measured, when and where."""
    about = results.about
    extra = ", ".join(f"{held:.2f} ms at {delay} ms" for delay, held in results.proxy.items())
    return (
        f"{about['taken']}, commit {about['commit']}, {about['processors']} processors, Python {about['python']}, "
        f"{about['postgres']}; load of the machine before: {about['load_before']:.1f}; "
        f"verifying a proof took {about['proof_microseconds']:.0f} us of CPU; "
        f"the run {about.get('seconds', 0) / 60:.1f} minutes."
        + (f" What a round trip through the delaying proxy really takes longer: {extra}." if extra else "")
    )


def _scenario_row(name: str, figures: Figures) -> list[str]:
    floor, throughput = figures.get("floor"), median(figures, "throughput")
    has_database_cpu = figures["samples"][0]["database_cpu"] is not None
    return [
        name,
        f"{throughput:.0f}",
        *(f"{median(figures, percentile):.1f}" for percentile in ("p50", "p95", "p99")),
        f"{median(figures, 'service_cpu'):.2f}",
        f"{median(figures, 'verification'):.2f}",
        f"{own_cpu(figures):.2f}",
        f"{median(figures, 'database_cpu'):.2f}" if has_database_cpu else "?",
        f"{floor['throughput']:.0f}" if floor else "",
        f"{100 * throughput / floor['throughput']:.0f}" if floor else "",
        f"{max(figures['memory'], default=0):.0f}",
        str(sum(sample["errors"] for sample in figures["samples"])),
    ]


def limits_table(results: Results) -> str:
    head = ("what must be shown", "measured", "limit", "")
    rows = (
        (each.what, f"{each.value:.2f}", f"{'at most' if each.at_most else 'at least'} {each.limit:g}", _word(each))
        for each in shown(results)
    )
    return table(head, rows)


def _word(each: Any) -> str:
    return "holds" if each.holds else "MISSED"


def counts_table(results: Results) -> str:
    head = ("one request", "round trips", "statements", "rows written", "WAL bytes", "where")
    return table(head, (_counts_row(what, counts) for what, counts in results.counts.items()))


def _counts_row(what: str, counts: Figures) -> list[str]:
    where = ", ".join(f"{table.split('_', 1)[1]} {number:g}" for table, number in counts["rows"].items())
    written = sum(counts["rows"].values())
    return [what, f"{counts['trips']:g}", f"{counts['statements']:g}", f"{written:g}", f"{counts['wal']:.0f}", where]


def memory_table(results: Results) -> str:
    rows = ((each["requests"], ", ".join(f"{mb:.0f}" for mb in each["megabytes"])) for each in results.memory)
    return table(("requests", "MB of each worker"), rows)


def planning_table(results: Results) -> str:
    """What databases of several sizes carry, were they as fast as this machine's."""
    costs = costs_of(results)
    if costs is None:
        return "Not measured: the database is on another machine."
    head = (
        "vCPU of the database", "scores/s", "service processes", "their connections", "connections at most",
        "WAL, MB/s", "events and analytics, GB a day",
    )  # fmt: skip
    rows = (
        (
            each.processors,
            f"{each.scores:.0f}",
            each.processes,
            each.connections,
            each.at_most,
            f"{each.wal / 1e6:.1f}",
            f"{each.kept_a_day / 1e9:.0f}",
        )
        for each in capacities(costs)
    )
    return table(head, rows)


def compared(before: Results, after: Results) -> tuple[str, bool]:
    """What became slower or faster, and whether anything became slower."""
    found = [change for change in changes(before, after) if change.is_slower or change.is_faster]
    lines = sorted(str(change) for change in found)
    head = f"Compared with {before.about['taken']}, commit {before.about['commit']}:"
    busy = [each.about["taken"] for each in (before, after) if each.about.get("load_before", 0) > QUIET]
    warning = [f"The machine was busy with something else ({', '.join(busy)}): trust counts only."] if busy else []
    text = "\n".join([head, *warning, *(lines or ["nothing changed beyond the noise"])])
    return text, any(each.is_slower for each in found)


def report(results: Results) -> str:
    """All of it."""
    sections = [about_line(results), limits_table(results), scenario_table(results)]
    if results.counts:
        sections.append(counts_table(results))
    if results.memory:
        sections.append(memory_table(results))
    return "\n\n".join(sections) + "\n"
