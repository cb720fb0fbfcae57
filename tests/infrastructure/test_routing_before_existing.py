"""The rules of the user interface before the existing ones, where these stay (parameter UserInterfaceRules)."""

from collections.abc import Iterator

import pytest

from tests.infrastructure.account import account
from tests.infrastructure.endpoints import ENDPOINTS, Endpoint
from tests.infrastructure.existing_rules import EXISTING
from tests.infrastructure.routing import SIDES, Routing, divided, only_new


@pytest.fixture(scope="module")
def routing() -> Iterator[Routing]:
    with account(UserInterfaceRules="before-1030") as made:
        yield Routing(made)


@pytest.mark.parametrize("side", SIDES)
def test_no_number_is_taken_twice(side: str, routing: Routing) -> None:
    ours = {rule["Priority"] for rule in routing.rules[side]}
    assert not ours & {str(listed[0]) for listed in EXISTING[side]}


@pytest.mark.parametrize("endpoint", [pytest.param(each, id=f"endpoint {each.number}") for each in ENDPOINTS])
def test_ours_decide_although_all_existing_rules_are_there(endpoint: Endpoint, routing: Routing) -> None:
    both = routing.beside_existing()
    assert both.shares(endpoint.side, endpoint.request) == divided(endpoint, 0)
    assert both.shares(endpoint.side, endpoint.request.with_header()) == only_new(endpoint.side)
