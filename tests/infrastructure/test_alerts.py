"""The Prometheus alerts ask for metrics that there are, and have the numbers of the stop signs."""

import re
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode
from prometheus_client import REGISTRY

from scorer_v2.observability import metrics

CHECKOUT = Path(__file__).resolve().parents[2]
STOP_SIGNS = (CHECKOUT / "docs" / "migration.md").read_text().partition("## When to stop")[2]
RULES: dict[str, dict[str, Any]] = {
    rule["alert"]: rule
    for group in decode(str(CHECKOUT / "deploy" / "prometheus" / "alerts.yaml"))[0]["groups"]
    for rule in group["rules"]
}
BURST, SUSTAINED, SLOW, TRIPS = "ScorerFailuresBurst", "ScorerFailuresSustained", "ScorerSlow", "ScorerRoundTrips"


def limit(rule: str) -> float:
    return float(RULES[rule]["expr"].rpartition("> ")[2])


def minutes(rule: str) -> int:
    found = re.findall(r"\[(\d+)m\]", RULES[rule]["expr"])
    assert len(set(found)) == 1
    return int(found[0])


def stated(pattern: str) -> tuple[float, ...]:
    """The numbers of a stop sign of the document."""
    found = re.search(pattern, STOP_SIGNS)
    assert found is not None
    return tuple(float(number) for number in found.groups())


def raises(failed: int, answered: int) -> set[str]:
    """The alerts of failures that so many requests of ours raise."""
    return {rule for rule in (BURST, SUSTAINED) if failed / answered > limit(rule)}


def test_limits_of_failures_are_those_of_the_stop_signs() -> None:
    due = stated(r"\| 5xx \| more than (\d+) % over (\d+) minutes; \*\*more than (\d+) % over (\d+)\*\*")
    assert due == (100 * limit(SUSTAINED), minutes(SUSTAINED), 100 * limit(BURST), minutes(BURST))


def test_the_limit_of_times_is_that_of_the_stop_signs() -> None:
    seconds, for_minutes = stated(r"\| time to answer, 95 % \| over (\d+) s for (\d+) minutes")
    assert (limit(SLOW), RULES[SLOW]["for"]) == (seconds, f"{for_minutes:.0f}m")
    assert "quantile(0.95," in RULES[SLOW]["expr"]


def test_the_limit_of_round_trips_is_that_of_the_stop_signs() -> None:
    assert (limit(TRIPS),) == stated(r"\| round trips a score \| over (\d+\.\d+)")


def test_the_alarms_of_the_load_balancers_have_the_same_limits() -> None:
    alarms = decode(str(CHECKOUT / "deploy" / "cloudformation" / "alarms.yaml"))[0]
    sustained, burst = (alarms["Resources"][name]["Properties"] for name in ("ErrorsSustained", "ErrorsBurst"))
    assert (sustained["Threshold"], burst["Threshold"]) == (limit(SUSTAINED), limit(BURST))
    assert (sustained["DatapointsToAlarm"] * 10, burst["DatapointsToAlarm"]) == (minutes(SUSTAINED), minutes(BURST))
    slow = alarms["Resources"]["LatencySustained"]["Properties"]
    assert alarms["Parameters"]["SustainedLatencySeconds"]["Default"] == limit(SLOW)
    assert (slow["ExtendedStatistic"], slow["DatapointsToAlarm"] * slow["Period"]) == ("p95", 30 * 60)


@pytest.mark.parametrize("rule", RULES)
def test_an_alert_asks_for_metrics_that_there_are(rule: str) -> None:
    names = {name for family in REGISTRY.collect() for name in (family.name, f"{family.name}_total")}
    names |= {f"{name}_{part}" for name in names for part in ("count", "bucket")}
    assert set(re.findall(r"scorer_v2_\w+", RULES[rule]["expr"])) <= names


def test_failures_of_all_that_is_ours_raise_the_alert_however_small_the_share() -> None:
    """1,000 requests at a share of 1 %: 990 are declined, and our 10 fail."""
    before = _answers()
    for number in range(1_000):
        _answer(number % 100 == 0)
    answered, failed = (after - earlier for after, earlier in zip(_answers(), before, strict=True))
    assert raises(int(failed), int(answered)) == {BURST, SUSTAINED}


def _answer(is_ours: bool) -> None:
    measured = metrics.Measurement(rollout="served" if is_ours else "declined")
    status = 500 if is_ours else 404
    metrics.observe(method="GET", route="/of/the/alerts", status=status, seconds=0.1, measured=measured)


def _answers() -> tuple[float, float]:
    """All requests of the route, and those that failed."""
    found = [
        (sample.labels["status"], sample.value)
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name == "scorer_v2_request_seconds_count" and sample.labels["route"] == "/of/the/alerts"
    ]
    return sum(value for _, value in found), sum(value for status, value in found if status.startswith("5"))
