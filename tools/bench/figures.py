"""Arithmetic of measurements: pure functions."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

Histogram = Mapping[int, int]  # value to how often
Figures = Mapping[str, Any]  # of a scenario, with its `samples`


def samples_of(figures: Figures, name: str) -> list[float]:
    """Those of a quantity; 0 where it could not be measured."""
    return [sample[name] or 0.0 for sample in figures["samples"]]


def median(figures: Figures, name: str) -> float:
    return statistics.median(samples_of(figures, name))


def own_cpu(figures: Figures) -> float:
    """CPU of the service without verification, in milliseconds a request."""
    own: list[float] = [sample["service_cpu"] - sample["verification"] for sample in figures["samples"]]
    return statistics.median(own)


def percentile(histogram: Histogram, percent: float) -> float:
    """The least value that so many percent of the values do not exceed (nearest rank). NaN without values."""
    wanted = math.ceil(sum(histogram.values()) * percent / 100)
    seen = 0
    for value in sorted(histogram):
        seen += histogram[value]
        if seen >= wanted:
            return float(value)
    return math.nan


def uncorrected(raw: Histogram, *, count: int, connections: int, microseconds: int) -> Histogram:
    """The latencies as they were, of a histogram to which wrk 4.1 has added.

    wrk takes it that a connection would have sent a request each mean interval, and adds, for each answer that took
    more than two of them, the answers it believes were held up: for 3 intervals one of 2, and so on. Our connections
    send the next request when they have an answer, so nothing was held up. Raises ValueError where it does not come
    out at `count`.
    """
    values = dict(raw)
    per_connection = count // connections
    if sum(values.values()) != count and per_connection:
        _take_back(values, microseconds // per_connection)
    if sum(values.values()) != count:
        raise ValueError(f"wrk counted {count} answers and {sum(values.values())} latencies")
    return {value: number for value, number in values.items() if number}


def _take_back(values: dict[int, int], interval: int) -> None:
    for value in sorted(values, reverse=True):  # all that is larger is as it was, so this one is by now as well
        added = value - interval
        while value >= 2 * interval and added > interval:
            values[added] -= values[value]
            added -= interval


def spread(samples: Sequence[float]) -> float:
    """How far apart the samples are: half of the range, as a share of the median. 0 for less than two."""
    middle = statistics.median(samples) if samples else 0.0
    return (max(samples) - min(samples)) / 2 / middle if len(samples) > 1 and middle else 0.0
