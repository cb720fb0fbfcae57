"""The rollout's table: mode, header, alone or mounted, endpoint; who answers, and how the answer says so."""

from itertools import product
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from scorer_v2.api_urls import METHODS
from scorer_v2.rollout.middleware import bucket
from tests.factories.addresses import address

ADDRESS = address(1)

# Who answers everybody's requests, by mode and the rollout header's value.
TABLE = """
                none    true   TRUE   false  maybe
    all         ours    ours   ours   ours   ours
    header      theirs  ours   ours   theirs theirs
    percent:0   theirs  ours   ours   theirs theirs
    percent:100 ours    ours   ours   theirs ours
"""

# Every endpoint, called so that it needs no database, and our answer's status.
ENDPOINTS = {
    "v2 score": ("GET", f"/v2/stamps/1/score/{ADDRESS}", 401),
    "embed score": ("GET", f"/internal/embed/score/none/{ADDRESS}", 422),
    "embed stamps": ("POST", f"/internal/embed/stamps/{ADDRESS}", 401),
    "validate key": ("GET", "/internal/embed/validate-api-key", 401),
    "bulk stamps": ("POST", "/ceramic-cache/stamps/bulk", 401),
    "UI score": ("GET", f"/ceramic-cache/score/{ADDRESS}", 401),
    "internal score": ("GET", f"/internal/score/v2/1/{ADDRESS}", 401),
    "weights": ("GET", "/internal/embed/weights?community_id=none", 404),
    "widget": ("GET", "/internal/embed/config?community_id=none", 404),
    "check bans": ("POST", "/internal/check-bans", 401),
    "check revocations": ("POST", "/internal/check-revocations", 401),
    "allow list": ("GET", f"/internal/allow-list/MyList/{ADDRESS}", 401),
    "credential definition": ("GET", "/internal/customization/credential/Some%23Name", 401),
    "gtc stake": ("GET", f"/internal/stake/gtc/{ADDRESS}", 401),
    "legacy stake": ("GET", f"/internal/stake/legacy-gtc/{ADDRESS}/1", 401),
    "contributor statistics": ("GET", f"/internal/cgrants/contributor_statistics?address={ADDRESS}", 401),
}

NOT_OURS = {
    "old stamps deletion": ("DELETE", "/ceramic-cache/stamps/bulk"),
    "old stamps patch": ("PATCH", "/ceramic-cache/stamps/bulk"),
    "old UI weights": ("GET", "/ceramic-cache/weights"),
    "old nonce": ("GET", "/account/nonce"),
    "old history": ("GET", f"/v2/stamps/1/score/{ADDRESS}/history"),
    "other internal": ("GET", "/internal/other"),
    "its health": ("GET", "/health"),
    "its admin site": ("GET", "/admin/"),
    "its docs": ("GET", "/docs"),
    "its schema": ("GET", "/openapi.json"),
    "its root": ("GET", "/"),
    "a head": ("HEAD", f"/v2/stamps/1/score/{ADDRESS}"),
    "options": ("OPTIONS", f"/v2/stamps/1/score/{ADDRESS}"),
}


def rows() -> dict[tuple[str, str], bool]:
    """(mode, header) to whether the request is ours."""
    headers, *lines = (line.split() for line in TABLE.strip().splitlines())
    return {(mode, header): who == "ours" for mode, *cells in lines for header, who in zip(headers, cells, strict=True)}


def configure(settings: Settings, mode: str, *, mounted: bool) -> None:
    settings.ROLLOUT_MODE, _, percent = mode.partition(":")
    settings.ROLLOUT_PERCENT = int(percent or 0)
    settings.ROLLOUT_HEADER = "X-Use-Rust-Scorer"
    if mounted:
        settings.ROOT_URLCONF = "tests.rollout.other_project"
        settings.MIDDLEWARE = [
            "scorer_v2.rollout.middleware.RolloutMiddleware",
            "django.middleware.common.CommonMiddleware",
        ]


def ask(method: str, path: str, header: str = "none", client: Client | None = None, **headers: str) -> Any:
    given = headers if header == "none" else {"X-Use-Rust-Scorer": header, **headers}
    return (client or Client()).generic(method, path, b"{}", content_type="application/json", headers=given)


def is_ours(answer: HttpResponse, status: int) -> bool:
    return answer.headers.get("X-Scorer") == "v2" and answer.status_code == status


def is_declined(answer: Any) -> bool:
    return (answer.status_code, answer.headers.get("X-Scorer"), answer.json()) == (404, "v2-declined", {"detail": ""})


def is_theirs(answer: Any) -> bool:
    return "X-Scorer" not in answer.headers and answer.json()["answered_by"] == "the other project"


def test_the_table_has_every_endpoint() -> None:
    assert len(ENDPOINTS) == len(METHODS) == 16


@pytest.mark.parametrize(("mode", "header"), rows())
def test_alone_it_serves_or_answers_404(settings: Settings, mode: str, header: str) -> None:
    configure(settings, mode, mounted=False)
    client, ours = Client(), rows()[mode, header]
    for endpoint, (method, path, status) in ENDPOINTS.items():
        answer = ask(method, path, header, client=client)
        assert is_ours(answer, status) if ours else is_declined(answer), endpoint
        assert answer.headers["Content-Type"].startswith("application/json"), endpoint


@pytest.mark.parametrize(("mode", "header"), rows())
def test_mounted_it_serves_or_leaves_it_to_the_project(settings: Settings, mode: str, header: str) -> None:
    configure(settings, mode, mounted=True)
    client, ours = Client(), rows()[mode, header]
    for endpoint, (method, path, status) in ENDPOINTS.items():
        answer = ask(method, path, header, client=client)
        if ours:
            assert is_ours(answer, status), endpoint
            assert set(answer.json()) >= {"detail"}, endpoint
        elif endpoint == "internal score":  # the project has no such path: its own 404
            assert (answer.status_code, "X-Scorer" in answer.headers) == (404, False)
        else:
            assert is_theirs(answer), endpoint


@pytest.mark.parametrize("mounted", [False, True])
def test_a_percentage_goes_by_the_address(settings: Settings, mounted: bool) -> None:
    configure(settings, "percent:50", mounted=mounted)
    client = Client()
    for method, path, status in (called for called in ENDPOINTS.values() if ADDRESS in called[1]):
        for number in range(20):
            asked = address(number)
            answer = ask(method, path.replace(ADDRESS, asked), client=client)
            assert is_ours(answer, status) == (bucket(asked[2:]) < 5000), (path, asked)
        assert is_ours(ask(method, path, "true", client=client), status)
        assert not is_ours(ask(method, path, "false", client=client), status)


@pytest.mark.parametrize("request_of", NOT_OURS)
def test_mounted_it_never_takes_what_is_not_ours(settings: Settings, request_of: str) -> None:
    configure(settings, "all", mounted=True)
    answer = ask(*NOT_OURS[request_of], header="true")
    assert "X-Scorer" not in answer.headers
    assert answer.status_code == 200


def test_mounted_a_wrong_method_is_405_where_the_project_has_no_such_path(settings: Settings) -> None:
    configure(settings, "all", mounted=True)
    answer = ask("DELETE", f"/internal/score/v2/1/{ADDRESS}")
    assert is_ours(answer, 405)
    assert answer.headers["Allow"] == "GET"
    assert answer.json()["detail"]


def test_mounted_a_trailing_slash_is_not_ours(settings: Settings) -> None:
    configure(settings, "all", mounted=True)
    assert is_theirs(ask("GET", f"/v2/stamps/1/score/{ADDRESS}/"))


@pytest.mark.parametrize("path", ["/health", "/health/", "/metrics", "/docs", "/openapi.json", "/admin/login/"])
def test_alone_some_paths_are_never_gated(settings: Settings, path: str) -> None:
    configure(settings, "header", mounted=False)
    assert is_ours(ask("GET", path), 200)


def test_alone_an_unknown_path_is_gated_too(settings: Settings) -> None:
    configure(settings, "header", mounted=False)
    assert is_declined(ask("GET", "/account/nonce"))
    assert ask("GET", "/account/nonce", "true").json() == {"detail": "Not Found"}


def test_alone_a_browsers_preflight_is_answered_on_every_side(settings: Settings) -> None:
    configure(settings, "header", mounted=False)
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    answer = ask("OPTIONS", f"/v2/stamps/1/score/{ADDRESS}", **asked)
    assert is_ours(answer, 200)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("mounted", [False, True])
def test_the_headers_name_can_be_configured(settings: Settings, mounted: bool) -> None:
    configure(settings, "header", mounted=mounted)
    settings.ROLLOUT_HEADER = "X-Another-Name"
    method, path, status = ENDPOINTS["v2 score"]
    assert is_ours(ask(method, path, **{"X-Another-Name": "true"}), status)
    assert not is_ours(ask(method, path, "true"), status)


def test_no_mode_of_the_table_is_missing() -> None:
    assert len(rows()) == len(list(product(range(4), range(5))))
