"""The report of a run, for people and for programs."""

from collections.abc import Mapping, Sequence
from typing import Any

from tools.prove.section import Run, Section

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
    return {"when": when, "seed": seed, "size": size, "seconds": round(sum(s["seconds"] for s in sections), 1),
            "passed": not any(s["failed"] for s in sections), "left_open": [
                f"{s['name']}: {what}" for s in sections for what in s["left_open"]
            ], "sections": sections}  # fmt: skip


def as_markdown(report: Mapping[str, Any]) -> str:
    lines = [
        f"# {_verdict(report)}",
        "",
        f"{report['when']}, seed {report['seed']}, size {report['size']:g}, {report['seconds']:.0f} seconds: "
        f"`make prove SEED={report['seed']} SIZE={report['size']:g}` does it again.",
        *_left_open(report),
        "",
        "| section | seconds | requests | checks | faults | failures |",
        "|---|---|---|---|---|---|",
    ]
    for each in report["sections"]:
        sums = [sum(each[kind].values()) for kind in ("answers", "invariants", "faults")]
        lines.append(f"| {each['name']} | {each['seconds']} | {' | '.join(map(str, sums))} | {each['failed']} |")
    return "\n".join([*lines, *(line for each in report["sections"] for line in _section(each))]) + "\n"


def _verdict(report: Mapping[str, Any]) -> str:
    if not report["passed"]:
        return "NOT proved"
    return "Proved, but for what is left open" if report["left_open"] else "Proved"


def _left_open(report: Mapping[str, Any]) -> list[str]:
    found = report["left_open"]
    return ["", "Left open, neither proved nor refuted:", "", *(f"* {what}" for what in found)] if found else []


def _section(each: Mapping[str, Any]) -> list[str]:
    lines = ["", f"## {each['name']}", "", each["claim"], *_left_open(each)]
    for kind, title in TITLES.items():
        if each[kind]:
            lines += ["", f"| {title} | |", "|---|---|", *(f"| {name} | {n} |" for name, n in each[kind].items())]
    lines += _course(each["course"])
    if not each["failures"]:
        return [*lines, "", "No defect was found."]
    for failure in each["failures"]:
        lines += ["", "```", failure, "```"]
    return lines


def _course(rows: Sequence[Mapping[str, int]]) -> list[str]:
    if not rows:
        return []
    cells = [[name.replace("_", " ") for name in rows[0]], ["---"] * len(rows[0]), *(row.values() for row in rows)]
    return ["", *(f"| {' | '.join(map(str, row))} |" for row in cells)]
