"""Puts the last run into the documents: `make bench-publish`.

docs/performance.md keeps what stands outside of its markers; docs/plans.md and the plots are replaced.
"""

import re
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tools.bench import plots, results, tables
from tools.bench.places import CHECKOUT, RESULTS
from tools.bench.results import Results

DOCUMENT = CHECKOUT / "docs" / "performance.md"
PLANS = CHECKOUT / "docs" / "plans.md"
IMAGES = CHECKOUT / "docs" / "images"

SECTIONS: Mapping[str, Callable[[Results], str]] = {
    "about": tables.about_line,
    "limits": tables.limits_table,
    "scores": lambda found: tables.scenario_table(
        found, lambda figures: figures["endpoint"] == "score" and _ours(figures)
    ),
    "endpoints": lambda found: tables.scenario_table(
        found, lambda figures: figures["endpoint"] != "score" and _ours(figures)
    ),
    "servers": lambda found: tables.scenario_table(found, tables.is_compared_with_servers),
    "counts": tables.counts_table,
    "memory": tables.memory_table,
    "planning": tables.planning_table,
}


def _ours(figures: results.Figures) -> bool:
    return bool(figures["variant"]["kind"] == "gthread")


def published(text: str, found: Results) -> str:
    """The document with the run's sections. Raises ValueError where a section's markers are missing."""
    for name, section in SECTIONS.items():
        begin, end = f"<!-- bench: {name} -->", "<!-- bench end -->"
        marked = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not marked.search(text):
            raise ValueError(f"the document has no place for {name}")
        content = f"{begin}\n{section(found)}\n{end}".replace("\\", r"\\")
        text = marked.sub(content, text)
    return text


def main() -> None:
    latest = RESULTS / "latest.json"
    if not latest.exists():
        sys.exit("There is no run to publish: make bench")
    found = results.load(latest)
    DOCUMENT.write_text(published(DOCUMENT.read_text(), found))
    written: list[Path] = [DOCUMENT, *plots.draw(found, IMAGES)]
    if (RESULTS / "plans.md").exists():
        written.append(Path(shutil.copy(RESULTS / "plans.md", PLANS)))
    sys.stdout.write("".join(f"{file.relative_to(CHECKOUT)}\n" for file in written))


if __name__ == "__main__":
    main()
