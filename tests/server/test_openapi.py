"""Answers are what the API's description says, for requests that it allows and for some that it does not."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from scorer_v2.api import api
from tests.factories.account import AddressListFactory, CustomCredentialRulesetFactory
from tests.factories.addresses import address as address_number
from tests.factories.ceramic_cache import BanFactory
from tests.factories.cgrants import GrantContributionFactory
from tests.factories.registry import LegacyStakeFactory
from tests.factories.stake import StakeFactory
from tests.server.callers import (
    ADDRESS,
    PROVIDERS,
    Partner,
    credential,
    credentials,
    internal_headers,
    partner,
    store_stamps,
    user_community,
    user_headers,
)
from tests.server.conftest import SETTINGS
from tests.server.servers import servers_of
from tools.prove.figures import Figures

# `make prove` has more, and other ones each time.
DEEP = "PROVE_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("PROVE_EXAMPLES", "40"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SHARED = "v0:shared"
EXISTING = {"address": ADDRESS, "list_name": "a list", "provider_id": "List%23a%23b", "round_id": 1}

FIGURES = Figures()
schema = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()))


@pytest.fixture(scope="module")
def caller(pytestconfig: pytest.Config, django_db_blocker: Any) -> Iterator[Partner]:
    """A partner of a service that knows some stamps; one is deduplicated."""
    service = servers_of(pytestconfig).direct("service", **SETTINGS)
    service.database.empty()
    with service.database.as_django_default(django_db_blocker):
        user_community(human_points_program=True)
        made = partner(service, human_points_program=True)
        store_stamps(ADDRESS, credentials(service.issuer, ADDRESS, 3))
        other = address_number(0x77)
        for address in (other, ADDRESS):
            store_stamps(address, [credential(service.issuer, address, PROVIDERS[9], nullifiers=[SHARED])])
        AddressListFactory(name=EXISTING["list_name"], members=[ADDRESS])
        CustomCredentialRulesetFactory(provider_id="List#a#b")
        StakeFactory(staker=ADDRESS, last_updated_in_block=2**70)
        LegacyStakeFactory(staker=ADDRESS, round_id=EXISTING["round_id"])
        GrantContributionFactory(contributor_address=ADDRESS)
        BanFactory(address=ADDRESS)
    assert made.score(other).status == 200
    yield made
    FIGURES.leave_for_section()


@pytest.fixture(scope="module")
def headers(caller: Partner) -> dict[str, dict[str, str]]:
    """What each kind of caller presents, by the name of its security scheme."""
    service = caller.service
    return {
        "PartnerKey": caller.headers,
        "InternalToken": internal_headers(service),
        "UserToken": user_headers(service, ADDRESS),
        "": {},
    }


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=not DEEP)
def test_answers_are_as_described(case: Any, caller: Partner, headers: dict[str, dict[str, str]]) -> None:
    """Each request is sent as generated, and again for rows that exist."""
    presented = headers[scheme_of(case.operation)]
    check(case, caller, presented)
    existing = EXISTING | {"scorer_id": caller.community.pk}
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            part.update({name: existing[name] for name in part if name in existing})
    check(case, caller, presented)


def scheme_of(operation: Any) -> str:
    """The name of the security scheme that the description asks for."""
    return next((name for each in operation.definition.raw.get("security", []) for name in each), "")


def check(case: Any, caller: Partner, presented: dict[str, str]) -> None:
    response = case.call(base_url=caller.service.server.base_url, headers=presented, timeout=30)
    FIGURES.answered(response.status_code)
    case.validate_response(response, checks=CHECKS)
    FIGURES.checked("an answer has status, form and content that are described, and is no 500")
