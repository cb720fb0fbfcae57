"""Sections, and what each is given."""

import importlib
import json
import os
import pkgutil
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from django.conf import settings

from tools.prove.figures import FILE_VARIABLE, Figures

TAIL = 6_000
# How a test ends that has not passed, in the words of its report.
ENDS = ("failure", "error", "skipped")


@dataclass
class Run:
    """A run of one section. `size` 1 is some minutes in all; `random` is the section's own, from the seed."""

    name: str
    seed: int
    size: float
    figures: Figures = field(default_factory=Figures)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.random = random.Random(f"{self.seed}:{self.name}")

    def number(self, usual: int, *, least: int = 1) -> int:
        """So many of something at this size."""
        return max(int(usual * self.size), least)

    def pytest(self, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        """Run tests as a part of the section; their figures (`Figures.leave_for_section`) are added."""
        with tempfile.TemporaryDirectory() as folder:
            junit, left = Path(folder, "junit.xml"), Path(folder, "figures")
            given = {**os.environ, **(environment or {}), FILE_VARIABLE: str(left)}
            command = [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "-n",
                "0",
                "--show-capture=no",
                *arguments,
            ]
            done = subprocess.run(
                [*command, f"--junitxml={junit}"], cwd=settings.BASE_DIR, env=given, capture_output=True, text=True,
                check=False,
            )  # fmt: skip
            self._add_tests(junit, done)
            for line in left.read_text().splitlines() if left.exists() else ():
                self.figures.add(json.loads(line))

    def _add_tests(self, junit: Path, done: "subprocess.CompletedProcess[str]") -> None:
        if done.returncode:
            self.figures.failed(f"pytest ended with {done.returncode}: {(done.stdout + done.stderr)[-TAIL:]}")
        suite = ET.parse(junit).getroot().find("testsuite") if junit.exists() else None  # noqa: S314 - pytest's own
        given: Mapping[str, str] = suite.attrib if suite is not None else {}
        self.figures.count("tests", int(given.get("tests", 0)))
        cases = suite.findall("testcase") if suite is not None else []
        self._add_rules(case.get("name", "") for case in cases if not any(case.find(end) is not None for end in ENDS))
        skipped = Counter(skip.get("message", "") for case in cases for skip in case.iter("skipped"))
        for reason, number in skipped.items():
            self.figures.leave_open(f"tests that did not run: {number}; {reason}")

    def _add_rules(self, passed: Iterable[str]) -> None:
        """A test's name is the rule that it asks; with its variants it asks it several times."""
        for rule, times in Counter(name.partition("[")[0] for name in passed).items():
            self.figures.checked(rule.removeprefix("test_").replace("_", " "), times)


@dataclass(frozen=True)
class Section:
    name: str
    claim: str
    function: Callable[[Run], None]

    def run(self, *, seed: int, size: float) -> Run:
        run, started = Run(self.name, seed, size), time.monotonic()
        try:
            self.function(run)
        except Exception:
            run.figures.failed(traceback.format_exc()[-TAIL:])
        run.seconds = time.monotonic() - started
        return run


_SECTIONS: dict[str, Section] = {}


def section(name: str, claim: str) -> Callable[[Callable[[Run], None]], Callable[[Run], None]]:
    """Registers a function as a section; `claim` is a sentence for the report."""

    def register(function: Callable[[Run], None]) -> Callable[[Run], None]:
        _SECTIONS[name] = Section(name, claim, function)
        return function

    return register


def all_sections() -> dict[str, Section]:
    """By name, in the order of their modules."""
    package: Any = importlib.import_module("tools.prove.sections")
    for module in sorted(each.name for each in pkgutil.iter_modules(package.__path__)):
        importlib.import_module(f"{package.__name__}.{module}")
    return _SECTIONS
