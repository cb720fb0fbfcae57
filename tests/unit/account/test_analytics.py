"""What is kept of a partner's request (contract, section 5.1)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from apps.account.analytics import PartnerRequest, analytics_entry, partner_request
from apps.account.managers import record_request_step
from tests.unit.account.rows import key_row

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def entry(request: PartnerRequest | None = None, **changes: Any) -> Any:
    given = {"key": key_row(), "now": NOW, "status": 200, "error": None, "response": "{}", **changes}
    return analytics_entry(request=request or PartnerRequest("/v2/stamps", {}, {}), **given)


@pytest.fixture(autouse=True)
def _analytics_are_on(settings: Settings) -> None:
    settings.FF_API_ANALYTICS = "on"


@pytest.mark.parametrize("name", ["x-api-key", "X-API-KEY", "authorization", "AUTHORIZATION", "cookie"])
def test_secret_headers_are_masked_in_any_case(name: str) -> None:
    kept = partner_request(RequestFactory().get("/", headers={name: "secret", "Accept": "*/*"}))
    assert kept.headers["Accept"] == "*/*"
    assert "secret" not in str(kept.headers)
    assert "***" in kept.headers.values()


def test_names_of_headers_are_in_canonical_capitals() -> None:
    kept = partner_request(RequestFactory().get("/", headers={"x-forwarded-for": "10.0.0.1"}))
    assert kept.headers["X-Forwarded-For"] == "10.0.0.1"


def test_the_path_is_without_the_query_and_the_query_a_list_of_values_each() -> None:
    kept = partner_request(RequestFactory().get("/v2/stamps/1?a=1&b=&a=2"))
    assert (kept.path, kept.query_params) == ("/v2/stamps/1", {"a": ["1", "2"], "b": [""]})


def test_an_entry_has_what_is_given() -> None:
    made = entry(PartnerRequest("/v2", {"a": ["1"]}, {"Accept": "*/*"}), status=404, error="gone", response=None)
    assert (made.api_key_id, made.created_at, made.status_code) == ("abcd1234.hash", NOW, 404)
    assert (made.path, made.query_params, made.headers) == ("/v2", {"a": ["1"]}, {"Accept": "*/*"})
    assert (made.error, made.response) == ("gone", None)


@pytest.mark.parametrize("flag", ["Off", "off", "ON", "true", "1", ""])
def test_there_is_no_entry_unless_the_flag_is_exactly_on(flag: str, settings: Settings) -> None:
    settings.FF_API_ANALYTICS = flag
    assert entry() is None


def test_there_is_no_entry_without_a_key() -> None:
    assert entry(key=None) is None


@pytest.mark.parametrize(
    ("path", "segments"),
    [
        ("/v2/stamps/1", '["v2","stamps","1"]'),
        ("/v2/", '["v2",""]'),
        ("//v2", '["","v2"]'),
        ("/a\x00", r'["a\ufffd"]'),
    ],
)
def test_segments_are_the_path_split_at_slashes_less_the_empty_first_piece(path: str, segments: str) -> None:
    values = record_request_step(entry(PartnerRequest(path, {}, {}))).values
    assert values is not None
    assert values["path_segments"] == segments


def test_a_path_is_cut_to_its_column_and_holds_no_nul() -> None:
    values = record_request_step(entry(PartnerRequest("/\x00" + "x" * 2000, {}, {}))).values
    assert values is not None
    assert values["path"] == "/\ufffd" + "x" * 998
