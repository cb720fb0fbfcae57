"""What a section did and found, in figures. Safe for threads."""

import json
import os
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FAILURES_SHOWN = 20
# Where pytest leaves its figures when a section runs it.
FILE_VARIABLE = "PROVE_FIGURES"


class Figures:
    """`counts`: what was done; `invariants`: how often each was checked; `answers`: requests by status;
    `faults`: what was broken on purpose; `failures`: what must not be; `left_open`: what could not be asked here, in a
    sentence each, which is neither proved nor refuted; `course`: what was measured again and again, a row each time."""

    KINDS = ("counts", "invariants", "answers", "faults")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.counts: Counter[str] = Counter()
        self.invariants: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.failures: list[str] = []
        self.left_open: list[str] = []
        self.course: list[dict[str, int]] = []

    def count(self, what: str, number: int = 1) -> None:
        with self._lock:
            self.counts[what] += number

    def checked(self, invariant: str, times: int = 1) -> None:
        with self._lock:
            self.invariants[invariant] += times

    def answered(self, status: int | str, times: int = 1) -> None:
        with self._lock:
            self.answers[str(status)] += times

    def injected(self, fault: str, times: int = 1) -> None:
        with self._lock:
            self.faults[fault] += times

    def failed(self, what: str) -> None:
        with self._lock:
            self.failures.append(what)

    def leave_open(self, what: str) -> None:
        with self._lock:
            self.left_open.append(what)

    def measured(self, **row: int) -> None:
        """Each row has the same names."""
        with self._lock:
            self.course.append(row)

    def as_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = {kind: dict(sorted(getattr(self, kind).items())) for kind in self.KINDS}
        shown = self.failures[:FAILURES_SHOWN]
        kept = {"left_open": self.left_open, "course": self.course, "failures": shown}
        return {**found, **kept, "failed": len(self.failures)}

    def add(self, other: Mapping[str, Any]) -> None:
        """Adds what `as_dict` of others gave."""
        with self._lock:
            for kind in self.KINDS:
                getattr(self, kind).update(other[kind])
            self.failures.extend(other["failures"])
            self.left_open.extend(other["left_open"])
            self.course.extend(other["course"])

    def leave_for_section(self) -> None:
        """From a test: the section that runs pytest adds these to its own. Nothing where none does."""
        path = os.environ.get(FILE_VARIABLE)
        if path:
            with Path(path).open("a") as file:
                file.write(json.dumps(self.as_dict()) + "\n")
