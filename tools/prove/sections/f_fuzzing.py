"""A fuzzer on the credentials' parser and verifier (tools/prove/fuzzing.py)."""

import json
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings

from tools.prove.section import TAIL, Run, section

SECONDS = 60
INVARIANTS = ("does not raise", "comes to an end soon", "accepts nothing that nobody signed")


@section("fuzzing", "The check of a credential raises on no input, ends soon, and accepts nothing that nobody signed.")
def fuzzing(run: Run) -> None:
    if find_spec("atheris") is None:
        run.figures.leave_open("nothing was fuzzed: atheris is not installed (Linux only; requirements-prove.txt)")
        return
    with tempfile.TemporaryDirectory() as folder:
        _add(run, Path(folder), _fuzz(run, folder, run.number(SECONDS, least=5)))
    with tempfile.TemporaryDirectory() as folder:
        _add_finding(run, Path(folder), _fuzz(run, folder, SECONDS, "--without-repair"))


def _fuzz(run: Run, folder: str, seconds: int, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tools.prove.fuzzing", f"--seconds={seconds}", f"--seed={run.seed}", *options]
    return subprocess.run(
        [*command, f"--folder={folder}"], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
        timeout=seconds + 120,
    )  # fmt: skip


def _add_finding(run: Run, folder: Path, done: "subprocess.CompletedProcess[str]") -> None:
    """A fuzzer that does not find a defect that is known to be there proves nothing."""
    if not done.returncode or not [*folder.glob("crash-*"), *folder.glob("timeout-*")]:
        run.figures.failed(f"the fuzzer did not find the credential that hashes without end: {done.stderr[-TAIL:]}")
    run.figures.checked("finds the credential that hashes without end, where its repair is taken out")


def _add(run: Run, folder: Path, done: "subprocess.CompletedProcess[str]") -> None:
    if done.returncode:
        found = [
            repr(file.read_bytes()[:500]) for name in ("crash-*", "timeout-*", "oom-*") for file in folder.glob(name)
        ]
        run.figures.failed(f"the fuzzer ended with {done.returncode}: {found}\n{done.stderr[-TAIL:]}")
    figures = folder / "figures.json"
    for what, number in json.loads(figures.read_text() if figures.exists() else "{}").items():
        run.figures.count(what, number)
    judged = run.figures.counts["texts that are documents"] + run.figures.counts["credentials with parts replaced"]
    for invariant in INVARIANTS:
        run.figures.checked(invariant, judged)
