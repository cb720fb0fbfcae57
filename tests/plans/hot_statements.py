"""All statements that a request can send, found where they are made, and a request for each."""

import importlib
from collections.abc import Iterator
from types import ModuleType

import grimp

from scorer_v2.database.round_trips import Statement
from tests.factories.account import (
    AddressListFactory,
    AllowListFactory,
    ApiKeyFactory,
    CommunityFactory,
    CustomCredentialFactory,
    CustomizationFactory,
)
from tests.factories.cgrants import RoundMappingFactory, SquelchedAccountFactory
from tests.factories.scorer_weighted import WeightedScorerFactory
from tools.bench import requests
from tools.bench.filler import filler_address
from tools.bench.holders import WEIGHTS, Group
from tools.bench.identities import API_KEY, PARTNER_COMMUNITY
from tools.bench.recording import record
from tools.bench.requests import Request

PROGRAM, BROKEN = 11, 12  # communities: of the points programme, and with a scorer that cannot score
OLD_KEY = "oldold12.secret-that-only-pbkdf2-proves"
SENDING = Group("planned", 5, 1)


# The tables of an embedded widget's sections are missing in the older generation, and have a row for each platform.
_WITHOUT_PLANS = ("begin", "commit", "registry.keep_statistics", "set_locally", "scorer_weighted.sections_of")


def statements_of_requests() -> dict[str, Statement]:
    """By name: those of every module that the API needs, directly or not."""
    graph = grimp.build_graph("apps", "scorer_v2", cache_dir=None)
    modules = (importlib.import_module(name) for name in graph.find_upstream_modules("scorer_v2.api"))
    return {statement.name: statement for module in modules for statement in _statements(module)}


def _statements(module: ModuleType) -> Iterator[Statement]:
    for value in vars(module).values():
        for each in value.values() if isinstance(value, dict) else (value,):
            if isinstance(each, Statement) and each.name not in _WITHOUT_PLANS:
                yield each


def send_requests() -> None:
    """To all endpoints, and for what they do once only. Raises ValueError where one is refused."""
    _make_special_partners()
    record(_requests())


def _make_special_partners() -> None:
    key = ApiKeyFactory(secret=OLD_KEY, form="pbkdf2")
    CommunityFactory(id=PROGRAM, account=key.account, weights=dict(WEIGHTS), threshold="1", human_points_program=True)
    CommunityFactory(id=BROKEN, weights=None)
    AddressListFactory(name="MetaMaskOG2", members=SENDING.addresses)
    _make_rare_rows()


def _make_rare_rows() -> None:
    """The planner takes a table without a single row for empty, whatever it is told."""
    customization = CustomizationFactory()
    AllowListFactory(customization=customization)
    CustomCredentialFactory(customization=customization)
    WeightedScorerFactory()
    SquelchedAccountFactory()
    RoundMappingFactory()


def _requests() -> list[Request]:
    (address,) = SENDING.addresses
    reading = [asked[0] for asked in requests.reading(SENDING).values()]
    return [
        *requests.bulk_stamps(SENDING),
        *requests.embed_stamps(SENDING),
        Request("GET", f"/v2/stamps/{PROGRAM}/score/{address}", {"X-API-Key": OLD_KEY}),
        Request("GET", f"/v2/stamps/{PARTNER_COMMUNITY}/score/{filler_address(1)}", {"X-API-Key": API_KEY}),
        *requests.embed_scores(SENDING),
        *requests.internal_scores(SENDING),
        Request("GET", f"/internal/embed/score/{BROKEN}/{address}"),
        *requests.stored_scores(SENDING),
        *reading,
    ]
