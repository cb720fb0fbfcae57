"""The frame of `make prove`: what sections did is added up, and a failure is never lost."""

import json
from subprocess import CompletedProcess
from typing import Any

import pytest

from tools.prove.report import as_dict, as_markdown
from tools.prove.section import Run, Section
from tools.prove.sections import h_dependencies


def reported(function: Any) -> dict[str, Any]:
    section = Section("races", "Clients race.", function)
    return as_dict([(section, section.run(seed=1, size=0.5))], seed=1, size=0.5, when="now")


def test_figures_are_added_up() -> None:
    def section(run: Run) -> None:
        for status in (200, 200, 503):
            run.figures.answered(status)
        run.figures.checked("one owner", run.number(6))
        run.figures.injected("reset")

    report = reported(section)
    (found,) = report["sections"]
    assert report["passed"]
    assert (found["answers"], found["invariants"], found["faults"]) == (
        {"200": 2, "503": 1}, {"one owner": 3}, {"reset": 1}
    )  # fmt: skip
    assert "| one owner | 3 |" in as_markdown(report)


@pytest.mark.parametrize("raises", [True, False])
def test_a_failure_is_told_whether_or_not_it_is_raised(raises: bool) -> None:
    def section(run: Run) -> None:
        run.figures.failed("a row was lost")
        if raises:
            raise ValueError("and more")

    report = reported(section)
    assert not report["passed"]
    assert report["sections"][0]["failed"] == 1 + raises
    assert as_markdown(report).startswith("# NOT proved")
    assert "a row was lost" in as_markdown(report)


def test_a_seed_gives_every_section_the_same_numbers_again() -> None:
    first, again, other = Run("a", 1, 1), Run("a", 1, 1), Run("b", 1, 1)
    numbers = [run.random.random() for run in (first, again, other)]
    assert numbers[0] == numbers[1] != numbers[2]


def test_a_test_that_fails_in_pytest_fails_the_section(tmp_path: Any) -> None:
    (tmp_path / "test_it.py").write_text("def test_one(): assert False\ndef test_two(): pass\n")
    run = Run("a", 1, 1)
    run.pytest(str(tmp_path / "test_it.py"))
    assert len(run.figures.failures) == 1
    assert run.figures.counts["tests"] == 2
    assert run.figures.invariants == {"two": 1}


def test_a_rule_is_checked_once_for_each_variant_of_its_test(tmp_path: Any) -> None:
    marks = "import pytest\n@pytest.mark.parametrize('n', [1, 2])\n"
    (tmp_path / "test_it.py").write_text(f"{marks}def test_it_is_small(n): print('a')\n")
    run = Run("a", 1, 1)
    run.pytest(str(tmp_path / "test_it.py"))
    assert run.figures.invariants == {"it is small": 2}


def test_what_a_suite_says_of_itself_is_no_rule(tmp_path: Any) -> None:
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "@pytest.fixture(scope='session', autouse=True)\n"
        "def told(record_testsuite_property): record_testsuite_property('seed', 1)\n"
        "def test_it_is_small(): pass\n"
    )
    (found,) = reported(lambda run: run.pytest(str(tmp_path / "test_it.py")))["sections"]
    assert found["invariants"] == {"it is small": 1}


def test_a_test_that_was_skipped_is_left_open(tmp_path: Any) -> None:
    (tmp_path / "test_it.py").write_text("import pytest\ndef test_it(): pytest.skip('needs a moon')\n")

    def section(run: Run) -> None:
        run.pytest(str(tmp_path / "test_it.py"))

    report = reported(section)
    assert report["left_open"] == ["races: tests that did not run: 1; needs a moon"]
    assert report["sections"][0]["invariants"] == {}


def test_what_is_left_open_is_said_first() -> None:
    def section(run: Run) -> None:
        run.figures.leave_open("nobody looked")

    report = reported(section)
    assert report["passed"]
    assert as_markdown(report).startswith("# Proved, but for what is left open\n")
    assert as_markdown(report).index("* races: nobody looked") < as_markdown(report).index("| section |")


def test_what_is_measured_again_and_again_is_a_table() -> None:
    def section(run: Run) -> None:
        run.figures.measured(seconds=1, open_files=4)
        run.figures.measured(seconds=2, open_files=5)

    assert "| seconds | open files |\n| --- | --- |\n| 1 | 4 |\n| 2 | 5 |" in as_markdown(reported(section))


# What pip-audit says of dependencies: a vulnerable one, a good one, one that nobody could ask about.
BAD = {"name": "bad", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}
GOOD = {"name": "good", "version": "1", "vulns": []}
UNKNOWN = {"name": "unknown", "skip_reason": "Dependency not found on PyPI"}


def audited(monkeypatch: pytest.MonkeyPatch, stdout: str, stderr: str = "") -> Any:
    run = Run("dependencies", 1, 1)
    monkeypatch.setattr(h_dependencies, "_module", lambda words: CompletedProcess(words, 1, stdout, stderr))
    h_dependencies.audit(run)
    return run.figures


def test_a_known_vulnerability_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = audited(monkeypatch, json.dumps({"dependencies": [BAD, GOOD]}))
    assert figures.failures == ["bad 1: PYSEC-1, fixed in ['2']"]
    assert (figures.invariants, figures.left_open) == ({"no known vulnerability": 2}, [])


def test_a_dependency_that_nobody_could_ask_about_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = audited(monkeypatch, json.dumps({"dependencies": [UNKNOWN, GOOD]}))
    assert figures.invariants == {"no known vulnerability": 1}
    assert figures.left_open[0].startswith("1 of 2 dependencies were not looked up for known vulnerabilities")


def test_an_audit_that_fails_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = audited(monkeypatch, "", "Traceback ...\nConnectionError: no route to host\n")
    assert figures.invariants == {}
    (left_open,) = figures.left_open
    assert "no dependency was looked up" in left_open
    assert "no route to host" in left_open
