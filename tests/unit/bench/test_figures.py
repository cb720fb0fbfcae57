"""The bench's arithmetic."""

import math
import random

import pytest

from tools.bench.figures import percentile, spread, uncorrected


@pytest.mark.parametrize(("percent", "value"), [(1, 10), (50, 20), (90, 30), (91, 500), (99, 500), (100, 500)])
def test_a_percentile_is_the_nearest_rank(percent: float, value: float) -> None:
    assert percentile({10: 4, 20: 3, 30: 2, 500: 1}, percent) == value


def test_nothing_has_no_percentile() -> None:
    assert math.isnan(percentile({}, 50))


def corrected_as_wrk(latencies: dict[int, int], interval: int) -> dict[int, int]:
    """`stats_correct` of wrk 4.1: upwards, each answer that took more than two intervals adds those it held up."""
    values = dict(latencies)
    for value in range(2 * interval, max(values) + 1):
        count, added = values.get(value, 0), value - interval
        while count and added > interval:
            values[added] = values.get(added, 0) + count
            added -= interval
    return values


@pytest.mark.parametrize("seed", range(20))
def test_what_wrk_added_is_taken_back(seed: int) -> None:
    chance = random.Random(seed)
    latencies = {chance.randrange(1, 3_000): chance.randrange(1, 20) for _ in range(60)}
    count, connections = sum(latencies.values()), 4
    interval = 10_000 // (count // connections)
    raw = corrected_as_wrk(latencies, interval)
    assert sum(raw.values()) > count
    assert uncorrected(raw, count=count, connections=connections, microseconds=10_000) == latencies


def test_a_histogram_without_additions_stays() -> None:
    assert uncorrected({5: 2, 900: 1}, count=3, connections=1, microseconds=300) == {5: 2, 900: 1}


def test_latencies_that_do_not_come_out_are_refused() -> None:
    with pytest.raises(ValueError, match="wrk counted 3 answers and 9 latencies"):
        uncorrected({5: 9}, count=3, connections=1, microseconds=10_000)


@pytest.mark.parametrize(("samples", "share"), [([], 0), ([3.0], 0), ([9.0, 10.0, 11.0], 0.1), ([0.0, 0.0], 0)])
def test_the_spread_is_half_of_the_range(samples: list[float], share: float) -> None:
    assert spread(samples) == pytest.approx(share)
