"""The report of a run, for people and for programs."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.prove.section import Run, Section

TITLES = {
    "counts": "Done",
    "invariants": "Invariant, times checked",
    "answers": "Requests by status",
    "faults": "Faults injected",
}


def as_dict(runs: Sequence[tuple[Section, Run]], *, seed: int, size: float, when: str) -> dict[str, Any]:
    sections = [
        {"name": section.name, "claim": section.claim, "seconds": round(run.seconds, 1), **run.figures.as_dict()}
        for section, run in runs
    ]
    return {"when": when, "seed": seed, "size": size, "passed": not any(s["failed"] for s in sections),
            "sections": sections}  # fmt: skip


def as_markdown(report: Mapping[str, Any]) -> str:
    lines = [
        f"# {'Proved' if report['passed'] else 'NOT proved'}",
        "",
        f"{report['when']}, seed {report['seed']}, size {report['size']:g}: `make prove SEED={report['seed']} "
        f"SIZE={report['size']:g}` does it again.",
        "",
        "| section | seconds | requests | checks | faults | failures |",
        "|---|---|---|---|---|---|",
    ]
    for each in report["sections"]:
        sums = [sum(each[kind].values()) for kind in ("answers", "invariants", "faults")]
        lines.append(f"| {each['name']} | {each['seconds']} | {' | '.join(map(str, sums))} | {each['failed']} |")
    return "\n".join([*lines, *(line for each in report["sections"] for line in _section(each))]) + "\n"


def _section(each: Mapping[str, Any]) -> list[str]:
    lines = ["", f"## {each['name']}", "", each["claim"]]
    for kind, title in TITLES.items():
        if each[kind]:
            lines += ["", f"| {title} | |", "|---|---|", *(f"| {name} | {n} |" for name, n in each[kind].items())]
    for failure in each["failures"]:
        lines += ["", "```", failure, "```"]
    return lines
