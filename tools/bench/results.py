"""A run's results, as they are saved and compared."""

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.bench.floor import Floor
from tools.bench.measuring import Measured
from tools.bench.places import CHECKOUT
from tools.bench.scenarios import Scenario

Figures = dict[str, Any]


@dataclass
class Results:
    """`scenarios`: name to the scenario's fields, its samples, and its floor; `counts`: of what is asked; `proxy`:
    milliseconds of delay to those that a round trip really takes longer."""

    about: dict[str, Any]
    scenarios: dict[str, Figures] = field(default_factory=dict)
    counts: dict[str, Figures] = field(default_factory=dict)
    start: Figures = field(default_factory=dict)
    memory: list[Figures] = field(default_factory=list)
    proxy: Figures = field(default_factory=dict)

    def add(self, scenario: Scenario, measured: Measured, floor: Floor | None) -> None:
        known = {**asdict(scenario), "what": scenario.what, **asdict(measured)}
        self.scenarios[scenario.name] = known | ({"floor": asdict(floor)} if floor else {})

    def save(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(self), indent=1))


def load(file: Path) -> Results:
    return Results(**json.loads(file.read_text()))


def about(postgres: str) -> dict[str, Any]:
    """When, what and where."""
    return {
        "taken": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "commit": _commit(),
        "processors": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "postgres": postgres,
        "load_before": os.getloadavg()[0],
    }


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
