"""What the product is made of: known vulnerabilities (pip-audit), pins and hashes, a bill of materials (CycloneDX)."""

import json
import subprocess
import sys
from importlib.util import find_spec

from django.conf import settings

from tests.prove.section import TAIL, Run, section

SECONDS = 180
AUDIT = ("pip_audit", "--requirement", "requirements.txt", "--disable-pip", "--require-hashes", "--format", "json",
         "--progress-spinner", "off")  # fmt: skip
MATERIALS = ("cyclonedx_py", "requirements", "--pyproject", "pyproject.toml", "--output-format", "JSON",
             "requirements.txt")  # fmt: skip


@section("dependencies", "Every dependency is pinned with hashes, listed, and without a known vulnerability.")
def dependencies(run: Run) -> None:
    run.pytest("tests/doors/test_dependencies.py")
    if find_spec("pip_audit") is None or find_spec("cyclonedx_py") is None:
        run.figures.count("skipped: pip-audit or cyclonedx-bom is not installed (requirements-prove.txt)")
        return
    _audit(run)
    _list(run)


def _audit(run: Run) -> None:
    """Where PyPI's service of advisories cannot be reached, what was not audited is counted and is no failure."""
    done = _module(AUDIT)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except ValueError:
        run.figures.count("skipped: the service of advisories is not reachable")
        return
    for each in found:
        audited = "skip_reason" not in each
        run.figures.count("dependencies audited" if audited else "not audited: the service does not answer for it")
        if audited:
            run.figures.checked("no known vulnerability")
        for fault in each.get("vulns", ()):
            run.figures.failed(f"{each['name']} {each['version']}: {fault['id']}, fixed in {fault['fix_versions']}")


def _list(run: Run) -> None:
    done = _module(MATERIALS)
    if done.returncode:
        run.figures.failed(f"no bill of materials: {done.stderr[-TAIL:]}")
        return
    run.figures.count("components in the bill of materials", len(json.loads(done.stdout)["components"]))


def _module(words: tuple[str, ...]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False, timeout=SECONDS)
