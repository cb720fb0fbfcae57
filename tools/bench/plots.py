"""The results as pictures: small PNG files for docs/performance.md."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.bench.figures import median, own_cpu
from tools.bench.results import Figures, Results
from tools.bench.scenarios import SCORE

STAMPS = (0, 5, 20, 100)
DOTS_PER_INCH = 90


def draw(results: Results, folder: Path) -> list[Path]:
    """The pictures that the run has figures for."""
    import matplotlib as mpl  # noqa: PLC0415 - of the bench's own requirements, which the tests do without

    mpl.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415 - as above

    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, picture in PICTURES.items():
        figure, axes = pyplot.subplots(figsize=(6.4, 3.6), dpi=DOTS_PER_INCH)
        if picture(axes, results):
            axes.spines[["top", "right"]].set_visible(False)
            figure.tight_layout()
            drawn.append(folder / f"{name}.png")
            figure.savefig(drawn[-1])
        pyplot.close(figure)
    return drawn


def cost(axes: Any, results: Results) -> bool:
    """What the CPU of a score goes to, by stamps: unchanged, and with one new stamp, and cold."""
    bars = [
        (label, figures)
        for stamps in STAMPS
        for label, name in (
            (f"{stamps}", f"{SCORE} of {stamps}, 8 connections"),
            (f"{stamps}\nchanged", f"{SCORE} of {stamps}, changed, 8 connections"),
            (f"{stamps}\ncold", f"{SCORE} of {stamps}, cold, 8 connections"),
        )
        if (figures := results.scenarios.get(name))
    ]
    labels = [label for label, _ in bars]
    bottom = [0.0] * len(bars)
    for part, value in PARTS.items():
        heights = [value(figures) for _, figures in bars]
        axes.bar(labels, heights, bottom=bottom, label=part, width=0.7)
        bottom = [below + height for below, height in zip(bottom, heights, strict=True)]
    axes.set(title="CPU of one score, by stamps", ylabel="milliseconds")
    axes.legend(frameon=False)
    return bool(bars)


PARTS: dict[str, Callable[[Figures], float]] = {
    "service": own_cpu,
    "verification": lambda figures: median(figures, "verification"),
    "PostgreSQL": lambda figures: median(figures, "database_cpu"),
}


def latency(axes: Any, results: Results) -> bool:
    """p50 and p99 of a score, by connections."""
    found = False
    for stamps in STAMPS:
        points = _points(results, stamps, lambda figures: figures["connections"], delay=0.0)
        if len(points) > 1:
            found = True
            numbers = [number for number, _ in points]
            (line,) = axes.plot(numbers, [median(each, "p50") for _, each in points], marker="o", label=f"{stamps}")
            p99 = [median(each, "p99") for _, each in points]
            axes.plot(numbers, p99, marker="o", linestyle=":", color=line.get_color())
    axes.set(title="Latency of a score: p50, and p99 (dotted)", xlabel="connections", ylabel="milliseconds")
    axes.set(xscale="log", yscale="log", xticks=(1, 8, 32), xticklabels=("1", "8", "32"))
    if found:
        axes.legend(title="stamps", frameon=False)
    return found


def delay(axes: Any, results: Results) -> bool:
    """p50 of a score on one connection, by the round trip to the database."""
    found = False
    for stamps in STAMPS:
        points = _points(results, stamps, lambda figures: figures["variant"]["delay_ms"], connections=1)
        if len(points) > 1:
            found = True
            axes.plot(
                [number for number, _ in points],
                [median(each, "p50") for _, each in points],
                marker="o",
                label=f"{stamps} stamps",
            )
    axes.plot([0, 5], [0, 10], color="grey", linestyle=":", label="two round trips")
    axes.set(title="p50 of a score, by the delay to the database", xlabel="delay of a round trip, milliseconds")
    axes.set(ylabel="milliseconds", ylim=(0, None))
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return found


def floor(axes: Any, results: Results) -> bool:
    """What the service carries, beside the bare loop."""
    bars = [
        (f"{figures['stamps']}\n{figures['connections']}", figures)
        for figures in results.scenarios.values()
        if figures.get("floor") and figures["endpoint"] == SCORE
    ]
    places = range(len(bars))
    axes.bar([place - 0.2 for place in places], [each["floor"]["throughput"] for _, each in bars], 0.4, label="psycopg")
    axes.bar([place + 0.2 for place in places], [median(each, "throughput") for _, each in bars], 0.4, label="service")
    axes.set(title="Scores a second, by stamps (above) and connections (below)", ylabel="a second")
    axes.set_xticks(list(places), [label for label, _ in bars])
    axes.legend(frameon=False)
    return bool(bars)


PICTURES: dict[str, Callable[[Any, Results], bool]] = {
    "cost": cost,
    "latency": latency,
    "delay": delay,
    "floor": floor,
}


def _points(
    results: Results, stamps: int, by: Callable[[Figures], float], **wanted: float
) -> list[tuple[float, Figures]]:
    """The plain scores of so many stamps, with what is wanted of them, in order."""
    return sorted(
        (
            (by(figures), figures)
            for figures in results.scenarios.values()
            if figures["endpoint"] == SCORE and figures["stamps"] == stamps and _is_plain(figures, wanted)
        ),
        key=lambda point: point[0],
    )


def _is_plain(figures: Figures, wanted: dict[str, float]) -> bool:
    variant = figures["variant"]
    known = {"connections": figures["connections"], "delay": variant["delay_ms"]}
    special = figures["changed"] or figures["half"] or variant["cold"] or variant["kind"] != "gthread"
    return not special and all(known[name] == value for name, value in wanted.items())
