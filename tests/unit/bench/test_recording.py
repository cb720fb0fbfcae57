"""What is recorded of a request is what it sent, and a bare connection can send it again."""

from typing import Any

import psycopg
import pytest
from django.db import connection
from pytest_django import Settings

from tests.endpoints.scoring_world import ALICE, ISSUER, hold
from tests.factories.account import ApiKeyFactory, CommunityFactory
from tools.bench.explaining import numbered, plan_of, shortened
from tools.bench.floor import carry_out
from tools.bench.recording import record
from tools.bench.requests import Request

OPENING = ("begin", "account.find_key", "registry.enter.of_a_key", "registry.snapshot.of_a_key")
SAVING = ("registry.save_score", "commit")


@pytest.fixture
def score(committed_rows: None, settings: Settings) -> Request:
    settings.TRUSTED_IAM_ISSUERS = [ISSUER.did]
    settings.FF_API_ANALYTICS = "Off"
    key = ApiKeyFactory()
    community = CommunityFactory(account=key.account, weights={"Google": 1})
    hold(ALICE, "Google")
    return Request("GET", f"/v2/stamps/{community.pk}/score/{ALICE}", {"X-API-Key": key.secret})


@pytest.fixture
def driver(score: Request) -> Any:
    """A connection of its own to the test's database."""
    with psycopg.connect(connection.connection.info.dsn, autocommit=True, prepare_threshold=None) as driver:
        yield driver


def test_a_score_is_two_round_trips(score: Request) -> None:
    record([score])
    (trips,) = record([score])
    assert [tuple(sent.name for sent in trip) for trip in trips] == [OPENING, SAVING]


def test_a_bare_connection_does_what_the_service_did(score: Request, driver: psycopg.Connection[Any]) -> None:
    record([score])
    (trips,) = record([score])
    events = "SELECT count(*) FROM registry_event"
    ((before,),) = driver.execute(events).fetchall()
    carry_out(driver, trips)
    assert driver.execute(events).fetchall() == [(before + 1,)]


def test_a_recorded_statement_is_explained(score: Request, driver: psycopg.Connection[Any]) -> None:
    (trips,) = record([score])
    assert "registry_passport" in plan_of(driver, trips[0][1:3])


def test_a_refused_request_is_not_recorded(db: None) -> None:
    with pytest.raises(ValueError, match="was answered 401"):
        record([Request("GET", "/v2/stamps/1/score/0x0")])


def test_names_become_numbers() -> None:
    query = "SELECT %(a)s, %(b)s, %(a)s LIKE 'x%%'"
    assert numbered(query) == ("SELECT $1, $2, $1 LIKE 'x%'", ["a", "b"])


def test_what_was_never_carried_out_is_left_out_with_what_is_below_it() -> None:
    lines = ["A", "  ->  B (never executed)", "        Filter: x", "  ->  C", "Planning Time: 1 ms"]
    assert list(shortened(lines)) == ["A", "  ->  C"]
