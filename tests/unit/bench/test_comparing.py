"""What counts as slower between two runs."""

from typing import Any

import pytest

from tools.bench.results import Results
from tools.bench.tables import compared

ABOUT = {"taken": "then", "commit": "abc"}


def results(*, cpu: list[float] | None = None, trips: float = 2, throughput: float = 300, **counts: Any) -> Results:
    samples = [
        {
            "service_cpu": value,
            "verification": 0.0,
            "database_cpu": 1.0,
            "p50": 5.0,
            "p99": 9.0,
            "throughput": throughput,
        }
        for value in cpu or [2.0, 2.0, 2.0]
    ]
    counted = {"trips": trips, "statements": 7, "rows": {"registry_score": 1}, "wal": 1_000} | counts
    return Results(ABOUT, scenarios={"score of 20": {"samples": samples}}, counts={"score of 20": counted})


def test_the_same_is_not_slower() -> None:
    text, is_slower = compared(results(), results())
    assert not is_slower
    assert "nothing changed beyond the noise" in text


def test_more_cpu_is_slower() -> None:
    text, is_slower = compared(results(), results(cpu=[2.4, 2.4, 2.4]))
    assert is_slower
    assert (
        "slower: score of 20: CPU of the service without verification 2.00 -> 2.40 ms "
        "(+20 %, of which 5 % may be noise)" in text
    )


def test_samples_that_differ_among_themselves_excuse_as_much() -> None:
    assert not compared(results(cpu=[1.7, 2.0, 2.3]), results(cpu=[2.1, 2.3, 2.4]))[1]


def test_less_throughput_is_slower_and_more_is_faster() -> None:
    assert compared(results(), results(throughput=200))[1]
    text, is_slower = compared(results(), results(throughput=400))
    assert not is_slower
    assert "faster: score of 20: throughput 300.00 -> 400.00 req/s (+33 %" in text


@pytest.mark.parametrize("change", [{"trips": 3}, {"statements": 8}, {"rows": {"registry_stamp": 2}}, {"wal": 1_100}])
def test_one_more_of_what_is_counted_is_slower(change: dict[str, Any]) -> None:
    assert compared(results(), results(**change))[1]


def test_a_little_more_wal_is_not() -> None:
    assert not compared(results(), results(wal=1_040))[1]


def test_a_busy_machine_is_told() -> None:
    busy = results()
    busy.about = {**ABOUT, "load_before": 3.0}
    assert "The machine was busy with something else (then)" in compared(results(), busy)[0]
    assert "busy" not in compared(results(), results())[0]


def test_what_only_one_run_measured_is_not_compared() -> None:
    assert not compared(Results(ABOUT), results(trips=9))[1]
