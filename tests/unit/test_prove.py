"""The frame of `make prove`: what sections did is added up, and a failure is never lost."""

from typing import Any

import pytest

from tests.prove.report import as_dict, as_markdown
from tests.prove.section import Run, Section


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
