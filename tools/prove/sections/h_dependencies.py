"""What the product is made of: known vulnerabilities (pip-audit), pins and hashes, a bill of materials (CycloneDX)."""

import json
import subprocess
import sys
from importlib.util import find_spec

from django.conf import settings

from tools.prove.section import TAIL, Run, section

SECONDS = 180
AUDIT = ("pip_audit", "--requirement", "requirements.txt", "--disable-pip", "--require-hashes", "--format", "json",
         "--progress-spinner", "off")  # fmt: skip
MATERIALS = ("cyclonedx_py", "requirements", "--pyproject", "pyproject.toml", "--output-format", "JSON",
             "requirements.txt")  # fmt: skip


@section("dependencies", "Every dependency is pinned with hashes, listed, and without a known vulnerability.")
def dependencies(run: Run) -> None:
    run.pytest("tests/security/test_dependencies.py")
    if find_spec("pip_audit") is None or find_spec("cyclonedx_py") is None:
        run.figures.leave_open("nothing was audited: pip-audit or cyclonedx-bom is missing (requirements-prove.txt)")
        return
    audit(run)
    _list(run)


def audit(run: Run) -> None:
    """Asks PyPI for the advisories of each dependency; what it does not answer for is left open."""
    done = _module(AUDIT)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        run.figures.leave_open(f"no dependency was looked up for known vulnerabilities: pip-audit failed ({last})")
        return
    unknown = [each["name"] for each in found if "skip_reason" in each]
    audited = [each for each in found if "skip_reason" not in each]
    if unknown:
        run.figures.leave_open(
            f"{len(unknown)} of {len(found)} dependencies were not looked up for known vulnerabilities, because the "
            f"service of advisories cannot be reached or does not know them: {', '.join(unknown) if audited else 'all'}"
        )
    run.figures.count("dependencies audited", len(audited))
    run.figures.checked("no known vulnerability", len(audited))
    for each in audited:
        for fault in each["vulns"]:
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
