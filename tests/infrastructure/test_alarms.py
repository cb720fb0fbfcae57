"""The alarms watch our target groups, on the load balancers that these hang on; and the function."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from tests.infrastructure.account import NEW_GROUPS, SERVICE, TOPIC, Account
from tests.infrastructure.routing import SIDES

KINDS = ("5xx-burst", "5xx-sustained", "4xx-burst", "4xx-sustained", "latency-burst", "latency-sustained")
ERRORS = {"HTTPCode_Target_5XX_Count", "LambdaUserError", "LambdaInternalError"}

Alarm = dict[str, Any]


@pytest.fixture(scope="module")
def alarms(aws: Account) -> dict[str, Alarm]:
    """All alarms by name, as CloudWatch knows them."""
    for side in SIDES:
        stack = f"alarms-{side}"
        aws.apply(
            stack,
            "alarms.yaml",
            ServiceStack=SERVICE,
            Side=side,
            ListenerArn=aws.listeners[side],
            AlarmTopicArn=TOPIC,
        )
        put_alarms(aws, stack)
    put_alarms(aws, SERVICE)
    found: list[Any] = boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return {alarm["AlarmName"]: alarm for alarm in found}


def put_alarms(aws: Account, stack: str) -> None:
    """The stand-in for CloudFormation makes no alarms: this does, of their properties."""
    for properties in aws.resolved(stack).values():
        if "AlarmName" in properties:
            typed = properties | {"Threshold": float(properties["Threshold"])}
            boto3.client("cloudwatch").put_metric_alarm(**typed)


def metrics(alarm: Alarm) -> Iterator[dict[str, Any]]:
    """The metrics of an alarm, without its expression."""
    if alarm.get("MetricName"):
        yield alarm
    for query in alarm.get("Metrics", []):
        if "MetricStat" in query:
            yield query["MetricStat"]["Metric"]


def dimensions(metric: dict[str, Any]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in metric["Dimensions"]}


def watched(name: str, alarms: dict[str, Alarm]) -> set[str]:
    return {metric["MetricName"] for metric in metrics(alarms[name])}


def test_each_side_has_all_of_them_and_the_function_one(alarms: dict[str, Alarm]) -> None:
    assert set(alarms) == {f"{SERVICE}-{side}-{kind}" for side in SIDES for kind in KINDS} | {f"{SERVICE}-throttles"}


@pytest.mark.parametrize("side", SIDES)
def test_they_watch_our_target_group_on_the_load_balancer_that_it_serves(side: str, alarms: dict[str, Alarm]) -> None:
    """The replaced service's alarms watched internal groups on the public load balancer, and saw nothing."""
    (group,) = boto3.client("elbv2").describe_target_groups(Names=[NEW_GROUPS[side]])["TargetGroups"]
    (balancer,) = set(group["LoadBalancerArns"])
    wanted = {
        "TargetGroup": group["TargetGroupArn"].rpartition(":")[2],
        "LoadBalancer": balancer.partition("loadbalancer/")[2],
    }
    for kind in KINDS:
        for metric in metrics(alarms[f"{SERVICE}-{side}-{kind}"]):
            assert metric["Namespace"] == "AWS/ApplicationELB"
            assert dimensions(metric) == wanted


# Threshold, points, of so many periods, of so many seconds.
RATIOS = {
    "5xx-burst": (0.2, 3, 5, 60),
    "5xx-sustained": (0.01, 3, 4, 600),
    "4xx-burst": (0.85, 4, 5, 60),
    "4xx-sustained": (0.5, 3, 4, 600),
}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("kind", RATIOS)
def test_ratios_are_those_of_the_contract(side: str, kind: str, alarms: dict[str, Alarm]) -> None:
    alarm = alarms[f"{SERVICE}-{side}-{kind}"]
    (period,) = {each["MetricStat"]["Period"] for each in alarm["Metrics"] if "MetricStat" in each}
    found = (alarm["Threshold"], alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"], period)
    assert found == RATIOS[kind]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("kind", ["5xx-burst", "5xx-sustained"])
def test_a_function_that_fails_counts_as_an_error(side: str, kind: str, alarms: dict[str, Alarm]) -> None:
    name = f"{SERVICE}-{side}-{kind}"
    assert watched(name, alarms) == ERRORS | {"RequestCount"}
    expressions = [each["Expression"] for each in alarms[name]["Metrics"] if each.get("Expression")]
    assert expressions == [
        "IF(requests >= 20, (FILL(answered, 0) + FILL(failed, 0) + FILL(uninvoked, 0)) / requests, 0)"
    ]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("kind", "limits"), [("latency-burst", (60, 5.0)), ("latency-sustained", (600, 1.0))])
def test_latency_is_the_95th_percentile(
    side: str, kind: str, limits: tuple[int, float], alarms: dict[str, Alarm]
) -> None:
    alarm = alarms[f"{SERVICE}-{side}-{kind}"]
    assert (alarm["MetricName"], alarm["ExtendedStatistic"]) == ("TargetResponseTime", "p95")
    assert (alarm["Period"], alarm["Threshold"]) == limits


def test_throttles_are_the_functions(alarms: dict[str, Alarm]) -> None:
    alarm = alarms[f"{SERVICE}-throttles"]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == ("AWS/Lambda", "Throttles", 0)
    assert dimensions(alarm) == {"FunctionName": SERVICE}


def test_every_alarm_pages_and_tells_when_it_is_over(alarms: dict[str, Alarm]) -> None:
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [TOPIC]
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"


# The dashboard --------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def dashboard(aws: Account) -> dict[str, Any]:
    listeners = {f"{side}ListenerArn": arn for side, arn in aws.listeners.items()}
    aws.apply("dashboard", "cloudwatch.yaml", ServiceStack=SERVICE, **listeners)
    body = boto3.client("cloudwatch").get_dashboard(DashboardName=SERVICE)["DashboardBody"]
    found: dict[str, Any] = json.loads(body)
    return found


def test_the_dashboard_shows_what_the_alarms_watch(dashboard: dict[str, Any], alarms: dict[str, Alarm]) -> None:
    shown = [line for widget in dashboard["widgets"] for line in widget["properties"].get("metrics", [])]
    pairs = {(line[1], *line[2:-1]) for line in shown}
    for alarm in alarms.values():
        for metric in metrics(alarm):
            names = [text for pair in dimensions(metric).items() for text in pair]
            assert (metric["MetricName"], *names) in pairs


def test_the_dashboards_widgets_do_not_overlap(dashboard: dict[str, Any]) -> None:
    fields = [
        (column, row)
        for widget in dashboard["widgets"]
        for column in range(widget["x"], widget["x"] + widget["width"])
        for row in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(fields) == len(set(fields))
    assert max(column for column, _ in fields) < 24


def test_the_dashboard_asks_for_log_lines_that_there_are(dashboard: dict[str, Any]) -> None:
    queries = [widget["properties"]["query"] for widget in dashboard["widgets"] if widget["type"] == "log"]
    assert all(f"'/aws/lambda/{SERVICE}'" in query for query in queries)
    assert [query.partition("message = '")[2].partition("'")[0] for query in queries] == ["cold start", "request"]
