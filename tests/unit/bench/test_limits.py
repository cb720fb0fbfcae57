"""What must be shown, what a bigger database carries, and where both are published."""

from typing import Any

import pytest

from tools.bench.limits import shown
from tools.bench.planning import Costs, capacities, costs_of
from tools.bench.publishing import DOCUMENT, SECTIONS, published
from tools.bench.results import Results
from tools.bench.scenarios import SCORE

ROWS = {"registry_event": 1_000.0, "account_accountapikeyanalytics": 1_000.0}


def figures(endpoint: str = SCORE, stamps: int | None = 20, **known: Any) -> dict[str, Any]:
    sample = {
        "service_cpu": 1.2,
        "verification": 0.3,
        "database_cpu": 0.5,
        "p50": 2.0,
        "p95": 3.0,
        "p99": 9.0,
        "throughput": 300.0,
        "errors": 0,
    }
    variant = {"kind": "gthread", "delay_ms": 0.0, "cold": False}
    asked = {"endpoint": endpoint, "stamps": stamps, "connections": 8, "changed": False, "half": False}
    return {**asked, "variant": variant, "samples": [sample], "memory": [80.0], **known}


@pytest.fixture
def results() -> Results:
    about = {
        "taken": "now",
        "commit": "abc",
        "processors": 2,
        "python": "3.11",
        "postgres": "PostgreSQL 18",
        "load_before": 0.1,
        "proof_microseconds": 70.0,
        "seconds": 600,
        "row_bytes": ROWS,
    }
    return Results(
        about,
        scenarios={
            "score of 20, 8 connections": figures(floor={"throughput": 600.0, "p50": 1.0, "cpu": 0.1}),
            "score of 20, half load, 32 connections": figures(half=True),
            "gtc-stake, 8 connections": figures("gtc-stake", None),
        },
        counts={"score of 20": {"trips": 2, "statements": 7, "rows": {"registry_score": 1}, "wal": 4_000}},
        start={"seconds": 1.5, "cpu": 1.0},
        memory=[{"requests": 0, "megabytes": [30.0]}, {"requests": 12_000, "megabytes": [70.0, 90.0]}],
    )


def test_limits_hold_or_are_missed(results: Results) -> None:
    judged = [(each.value, each.holds) for each in shown(results)]
    expected = [(0.9, True), (50, False), (4.5, True), (1.2, False), (1.5, False), (90, True), (10, True)]
    assert judged == [(pytest.approx(value), holds) for value, holds in expected]


def test_a_database_carries_what_its_processors_have_time_for() -> None:
    smallest = next(capacities(Costs(database=0.001, service=0.0014, wal=4_000, kept=2_000)))
    assert (smallest.processors, smallest.scores, smallest.processes, smallest.connections) == (2, 1_200, 3, 12)
    assert smallest.at_most == 716
    assert smallest.wal == pytest.approx(4_800_000)
    assert smallest.kept_a_day == pytest.approx(1_200 * 86_400 * 2_000)


def test_costs_come_from_the_run(results: Results) -> None:
    assert costs_of(results) == Costs(database=0.0005, service=0.0012, wal=4_000, kept=2_000)


def test_every_section_has_its_place_in_the_document(results: Results) -> None:
    text = published(DOCUMENT.read_text(), results)
    assert published(text, results) == text
    assert "| gtc-stake, 8 connections" in text
    assert text.count("<!-- bench: ") == len(SECTIONS)


def test_a_document_without_a_place_is_refused(results: Results) -> None:
    with pytest.raises(ValueError, match="no place for about"):
        published("# Performance", results)
