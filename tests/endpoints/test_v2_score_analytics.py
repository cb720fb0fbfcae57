"""What is kept of a partner's request (contract, section 5.1)."""

import json
from datetime import datetime
from typing import Any

import pytest
from pytest_django import Settings

from apps.account import managers
from apps.registry import evaluation
from scorer_v2.database import round_trips
from tests.endpoints.left_behind import ANALYTICS, all_rows, calls, score_row
from tests.endpoints.scoring_world import (
    ALICE,
    Partner,
    answered,
    hold,
    score_embed,
    score_internal,
    score_user,
)

pytestmark = pytest.mark.usefixtures("scoring_world")


def test_an_answered_request_leaves_one_row(frozen: datetime) -> None:
    partner = Partner()
    hold("Google")
    address = "0x" + ALICE[2:].upper()
    headers = {
        "X-API-Key": partner.key.secret,
        "Authorization": "Bearer secret",
        "cookie": "session=secret",
        "user-agent": "curl/8",
        "x-forwarded-for": "10.0.0.1",
    }
    answer = partner.score(address, query="?a=1&b=two&a=3&empty=", **headers)
    (call,) = calls()
    scorer_id = str(partner.community.pk)
    response = call.pop("response")
    assert call == {
        "api_key_id": partner.key.id,
        "created_at": frozen,
        "path": f"/v2/stamps/{scorer_id}/score/{address}",
        "path_segments": ["v2", "stamps", scorer_id, "score", address],
        "base_path": None,
        "query_params": {"a": ["1", "3"], "b": ["two"], "empty": [""]},
        "headers": {
            "Cookie": "***",
            "X-Api-Key": "***",
            "Authorization": "***",
            "User-Agent": "curl/8",
            "X-Forwarded-For": "10.0.0.1",
        },
        "payload": None,
        "response_skipped": False,
        "error": None,
        "status_code": 200,
    }
    assert isinstance(response, str)
    assert json.loads(response) == answer.json()


def test_a_request_without_a_query_has_an_empty_one() -> None:
    Partner().score()
    assert calls()[0]["query_params"] == {}


def test_an_error_of_the_data_is_an_answered_request() -> None:
    answer = Partner(rule="FIFO").score()
    (call,) = calls()
    assert (call["status_code"], call["error"]) == (200, None)
    assert json.loads(call["response"]) == answer.json()


@pytest.mark.parametrize(
    ("asked", "status", "error"),
    [
        ({"scorer_id": 10**9}, 404, "No scorer matches the given criteria."),
        ({"address": "0x1"}, 400, "Invalid address."),
    ],
)
def test_a_request_that_is_refused_leaves_one_row_with_the_error(
    asked: dict[str, Any], status: int, error: str, frozen: datetime
) -> None:
    assert Partner().score(**asked).status_code == status
    (call,) = calls()
    assert (call["status_code"], call["error"], call["response"]) == (status, error, None)
    assert (call["created_at"], call["response_skipped"], call["payload"]) == (frozen, False, None)


def test_a_rate_limited_request_leaves_one_row_with_an_empty_error(settings: Settings) -> None:
    settings.RATELIMIT_ENABLE = True
    assert Partner(key={"rate_limit": "0/1h"}).score().status_code == 429
    (call,) = calls()
    assert (call["status_code"], call["error"], call["response"]) == (429, "", None)


def test_an_unexpected_failure_leaves_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = Partner()
    monkeypatch.setattr(evaluation, "compute", lambda *_, **__: 1 / 0)
    assert partner.score().status_code == 500
    (call,) = calls()
    assert (call["status_code"], call["response"]) == (500, None)
    assert call["error"] == "Unexpected error while submitting passport"


@pytest.mark.parametrize("asked", [{"scorer_id": "abc"}, {"query": "?include_human_points=maybe"}])
def test_wrong_parameters_leave_no_row(asked: dict[str, Any]) -> None:
    assert Partner().score(**asked).status_code == 422
    assert calls() == []


@pytest.mark.parametrize("flag", ["off", "Off", "ON", "true", ""])
def test_without_the_exact_flag_there_are_no_rows(flag: str, settings: Settings) -> None:
    settings.FF_API_ANALYTICS = flag
    partner = Partner()
    partner.score()
    partner.score("0x1")
    assert calls() == []


def test_a_row_that_cannot_be_written_costs_the_caller_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = round_trips.statement("account.record_request", "SELECT 1 / 0")
    monkeypatch.setattr(managers, "RECORD_REQUEST", broken)
    partner = Partner()
    assert partner.score().status_code == 200
    assert score_row()["status"] == "DONE"
    assert answered(partner.score("0x1")) == (400, {"detail": "Invalid address."})
    assert answered(partner.score(**{"X-API-Key": f"{partner.key.prefix}.wrong"}))[0] == 401
    assert calls() == []


@pytest.mark.parametrize("query", ["?a=%00", "?a=%ED%A0%80", "?a=%FF&b=%C3%A9", "?%00=1"])
def test_a_query_that_no_column_can_hold_is_kept_as_far_as_possible(query: str) -> None:
    assert Partner().score(query=query).status_code == 200
    assert len(calls()[0]["query_params"]) >= 1


def test_a_long_path_is_cut_and_its_segments_are_not() -> None:
    partner = Partner()
    assert partner.score("0x" + "a" * 2000).status_code == 400
    (call,) = calls()
    assert len(call["path"]) == 1000
    assert len(call["path_segments"][-1]) == 2002


def test_a_nul_in_the_path_is_kept_as_far_as_possible() -> None:
    assert Partner().score("0x%00").status_code == 400
    assert calls()[0]["path_segments"][-1] == "0x\ufffd"


def test_the_row_is_no_part_of_the_scorings_transaction(round_trips: list[list[str]]) -> None:
    Partner().score()
    saving = round_trips[-1]
    assert saving.index("commit") < saving.index("account.record_request")


def test_other_endpoints_leave_no_rows() -> None:
    partner = Partner()
    score_embed(partner.community.pk)
    score_internal(partner.community.pk)
    score_user(query=f"?alternate_scorer_id={partner.community.pk}")
    assert ANALYTICS not in all_rows()
