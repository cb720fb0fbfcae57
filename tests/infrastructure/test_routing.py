"""Which target gets a request to each endpoint, with and without the header (contract, section 7)."""

from typing import Any

import boto3
import pytest

from scorer_v2.api import api
from tests.infrastructure.account import NEW_GROUPS, OLD_GROUPS, Account
from tests.infrastructure.endpoints import ADDRESS, ENDPOINTS, Endpoint
from tests.infrastructure.listener_rules import Request, asks_for_the_header, shares, values
from tests.infrastructure.routing import SIDES, Routing, divided, only_new

EACH_ENDPOINT = pytest.mark.parametrize(
    "endpoint", [pytest.param(each, id=f"endpoint {each.number}") for each in ENDPOINTS]
)
# The existing rules that ours take the place of.
USER_INTERFACE = (1032, 1036)
REPLACED = (*USER_INTERFACE, 2112, 2104, 2105, 2106, 2120)


def test_the_endpoints_are_those_of_the_api() -> None:
    described: dict[str, Any] = api.get_openapi_schema()["paths"]
    routes = {(method.upper(), path) for path, methods in described.items() for method in methods}
    assert {(each.request.method, each.route) for each in ENDPOINTS} == routes
    assert [each.number for each in ENDPOINTS] == list(range(1, 17))


@pytest.fixture(scope="module")
def routing(aws: Account) -> Routing:
    return Routing(aws)


# Each endpoint --------------------------------------------------------------------------------------------------------
@EACH_ENDPOINT
@pytest.mark.parametrize("value", ["true", "True"])
def test_with_the_header_the_new_service_gets_it(endpoint: Endpoint, value: str, routing: Routing) -> None:
    assert routing.shares(endpoint.side, endpoint.request.with_header(value)) == only_new(endpoint.side)


@EACH_ENDPOINT
@pytest.mark.parametrize("value", [None, "false", "", "1"])
def test_without_the_header_the_old_service_gets_it_at_first(
    endpoint: Endpoint, value: str | None, routing: Routing
) -> None:
    request = endpoint.request if value is None else endpoint.request.with_header(value)
    assert routing.shares(endpoint.side, request) == divided(endpoint, 0)


@pytest.mark.parametrize("percent", [5, 10, 25, 50, 100])
def test_a_percentage_divides_what_comes_without_the_header(percent: int, aws: Account) -> None:
    aws.route(percent=percent)
    routing = Routing(aws)
    for endpoint in ENDPOINTS:
        assert routing.shares(endpoint.side, endpoint.request) == divided(endpoint, percent)
        assert routing.shares(endpoint.side, endpoint.request.with_header()) == only_new(endpoint.side)
    aws.route()


@EACH_ENDPOINT
def test_a_client_stays_on_its_side_for_an_hour(endpoint: Endpoint, routing: Routing) -> None:
    (action,) = routing.rule(endpoint.side, endpoint.request)["Actions"]
    assert action["ForwardConfig"]["TargetGroupStickinessConfig"] == {"Enabled": True, "DurationSeconds": 3600}


# Beside the rules that are there --------------------------------------------------------------------------------------
@EACH_ENDPOINT
def test_it_is_so_beside_the_existing_rules_too(endpoint: Endpoint, aws: Account) -> None:
    routing = Routing(aws).beside_existing(without=USER_INTERFACE)
    assert routing.shares(endpoint.side, endpoint.request) == divided(endpoint, 0)
    assert routing.shares(endpoint.side, endpoint.request.with_header()) == only_new(endpoint.side)


def test_the_existing_rules_of_the_user_interface_come_before_ours(aws: Account) -> None:
    """Why there is the parameter UserInterfaceRules."""
    routing = Routing(aws).beside_existing()
    hidden = [
        each.number
        for each in ENDPOINTS
        if routing.shares(each.side, each.request.with_header()) != only_new(each.side)
    ]
    assert hidden == [5, 6]


OF_OTHERS = [
    ("Public", Request("GET", f"/v2/stamps/335/score/{ADDRESS}/history"), "OldHistory"),
    ("Public", Request("PATCH", "/ceramic-cache/stamps/bulk"), "weighted"),
    ("Public", Request("DELETE", "/ceramic-cache/stamps/bulk"), "weighted"),
    ("Public", Request("POST", f"/ceramic-cache/score/{ADDRESS}"), "old"),
    ("Public", Request("GET", "/ceramic-cache/weights"), "weighted"),
    ("Public", Request("GET", f"/v2/models/score/{ADDRESS}"), "old"),
    ("Public", Request("POST", f"/v2/stamps/335/score/{ADDRESS}"), "old"),
    ("Public", Request("GET", f"/v2/stamps/335/score/{ADDRESS}", "api.gitcoin.co"), "fixed 400"),
    ("Public", Request("GET", "/account/nonce"), "old"),
]


@pytest.mark.parametrize(("side", "request_", "target"), OF_OTHERS)
def test_what_the_new_service_does_not_have_stays_where_it_is(
    side: str, request_: Request, target: str, aws: Account
) -> None:
    """With the header too."""
    routing = Routing(aws).beside_existing(without=REPLACED)
    for asked in (request_, request_.with_header()):
        assert routing.shares(side, asked) == {target: 1}


@pytest.mark.parametrize(
    "path",
    ["/internal/unknown", "/internal/embed/other", "/internal/score/v1/1/0x1", "/internal/stake/other", "/internal"],
)
def test_a_percentage_leaves_unknown_internal_paths_alone(path: str, routing: Routing) -> None:
    assert routing.shares("Internal", Request("GET", path)) == {}


# Two of the internal endpoints ask for no token, and none is for the public.
@EACH_ENDPOINT
@pytest.mark.parametrize("prefix", ["/internal/", "/%69nternal/", "//internal/", "/v2/../internal/"])
def test_no_internal_endpoint_is_reached_from_outside(endpoint: Endpoint, prefix: str, routing: Routing) -> None:
    path = endpoint.request.path.replace("/internal/", prefix)
    reached = routing.shares("Public", Request(endpoint.request.method, path).with_header())
    assert reached == (only_new("Public") if endpoint.side == "Public" else {})


# The rules themselves -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("side", SIDES)
def test_the_rules_with_the_header_have_the_lower_numbers(side: str, routing: Routing) -> None:
    ours = [rule for rule in routing.rules[side] if rule["Priority"] != "default"]
    conditioned = sorted(int(rule["Priority"]) for rule in ours if asks_for_the_header(rule))
    others = sorted(int(rule["Priority"]) for rule in ours if not asks_for_the_header(rule))
    by_percentage = [2100, 2101, 2102, 2103]
    embed_config = [2099] if side == "Internal" else []
    assert (conditioned, others) == ([2090, 2091, 2092, 2093], embed_config + by_percentage)


@pytest.mark.parametrize("side", SIDES)
def test_no_rule_has_more_than_a_load_balancer_allows(side: str, routing: Routing) -> None:
    for rule in routing.rules[side]:
        assert len(values(rule)) <= 5
        wildcards = sum(value.count("*") + value.count("?") for value in values(rule))
        assert wildcards <= 6


@pytest.mark.parametrize("side", SIDES)
def test_a_target_group_serves_one_load_balancer(side: str, aws: Account) -> None:
    """A second one would be refused: TargetGroupAssociationLimit."""
    (group,) = boto3.client("elbv2").describe_target_groups(Names=[NEW_GROUPS[side]])["TargetGroups"]
    (balancer,) = set(group["LoadBalancerArns"])
    assert balancer.split("/")[1:3] == aws.listeners[side].split("/")[1:3]


def test_the_old_target_groups_are_all_used(routing: Routing) -> None:
    reached = {name for side in SIDES for rule in routing.rules[side] for name in shares(rule, routing.names)}
    assert {name.removesuffix("TargetGroup") for name in OLD_GROUPS} | set(NEW_GROUPS.values()) == reached
