"""Mounted in a project that has its own apps `account`, `registry` and `ceramic_cache`, on the existing schema."""

import json

import pytest

from tests.factories.account import CommunityFactory
from tests.rollout.test_rollout_table import ENDPOINTS
from tests.server.callers import (
    ADDRESS,
    bulk_items,
    credentials,
    internal_headers,
    partner,
    store_stamps,
    user_community,
    user_headers,
)
from tests.server.servers import Service

OURS = {"X-Use-Rust-Scorer": "true"}


def test_a_partner_is_answered_by_us_on_the_existing_schema(host: Service) -> None:
    store_stamps(ADDRESS, credentials(host.issuer, ADDRESS, 3))
    answer = partner(host).score(ADDRESS)
    assert (answer.status, answer.headers["x-scorer"], answer.headers["x-host"]) == (200, "v2", "passed")
    assert (answer.json()["score"], answer.json()["passing_score"]) == ("3.00000", True)
    assert host.database.counts(["registry_score", "registry_stamp", "registry_hashscorerlink"]) == {
        "registry_score": 1,
        "registry_stamp": 3,
        "registry_hashscorerlink": 3,
    }


def test_stamps_are_stored_and_scored_although_the_project_wraps_requests_in_transactions(host: Service) -> None:
    user_community()
    answer = host.call(
        "POST",
        "/ceramic-cache/stamps/bulk",
        headers=user_headers(host, ADDRESS),
        body=bulk_items(credentials(host.issuer, ADDRESS, 2)),
    )
    assert (answer.status, answer.json()["score"]["score"]) == (201, "2.00000")
    read = host.call("GET", f"/ceramic-cache/score/{ADDRESS}", headers=user_headers(host, ADDRESS))
    assert (read.status, read.json()["score"]) == (200, "2.00000")


def test_the_project_reads_what_we_wrote_and_we_are_chosen_by_the_header(gated_host: Service) -> None:
    caller = partner(gated_host)
    path = f"/v2/stamps/{caller.community.pk}/score/{ADDRESS}"
    store_stamps(ADDRESS, credentials(gated_host.issuer, ADDRESS, 1))
    before = gated_host.call("GET", path, headers=caller.headers)
    assert before.json() == {"answered_by": "the old scorer", "scored": False, "stamps": 1}
    assert "x-scorer" not in before.headers
    ours = gated_host.call("GET", path, headers={**caller.headers, **OURS})
    assert (ours.status, ours.headers["x-scorer"], ours.json()["score"]) == (200, "v2", "1.00000")
    assert gated_host.call("GET", path, headers=caller.headers).json()["scored"] is True


def test_every_endpoint_is_ours(host: Service) -> None:
    for endpoint, (method, path, status) in ENDPOINTS.items():
        body = {} if method == "POST" else None
        answer = host.call(method, path, body=body)
        assert (answer.status, answer.headers.get("x-scorer"), answer.is_json) == (status, "v2", True), endpoint
        assert set(answer.json()) >= {"detail"}, endpoint


def test_every_internal_endpoint_reads_the_existing_schema(host: Service) -> None:
    # Weights are remembered for a minute: not those of the community that recorded cases have too.
    community = CommunityFactory(id=77)
    for endpoint, (method, path, _) in ENDPOINTS.items():
        if not path.startswith("/internal/") or method != "GET" or endpoint == "validate key":
            continue
        wanted = path.replace("/none/", f"/{community.pk}/").replace("/v2/1/", f"/v2/{community.pk}/")
        wanted = wanted.replace("=none", f"={community.pk}")
        answer = host.call(method, wanted, headers=internal_headers(host))
        assert answer.status == (404 if endpoint == "credential definition" else 200), (endpoint, answer.body)


def test_other_methods_and_paths_stay_the_projects(host: Service) -> None:
    for method in ("PATCH", "DELETE"):
        answer = host.call(method, "/ceramic-cache/stamps/bulk")
        assert answer.status in (200, 403)  # the project's own view, or its own CSRF check
        assert "x-scorer" not in answer.headers
    health = host.call("GET", "/health")
    assert (health.body, "x-scorer" in health.headers) == (b"the project's own", False)
    unknown = host.call("GET", "/unknown")
    assert (unknown.status, unknown.is_json, "x-scorer" in unknown.headers) == (404, False, False)


def test_errors_are_json_although_the_projects_are_not(host: Service) -> None:
    address = f"/internal/stake/gtc/{ADDRESS}"
    assert host.call("POST", address).json() == {"detail": "Method Not Allowed"}
    broken = host.call("POST", "/internal/check-bans", headers=internal_headers(host), body=b"no json")
    assert (broken.status, broken.json()) == (400, {"detail": "Cannot parse request body"})
    large = host.call("POST", "/internal/check-bans", headers=internal_headers(host), body=b" " * 3_000_000)
    assert (large.status, large.is_json) == (413, True)


def test_none_of_our_models_is_loaded_and_none_of_our_labels_taken(host: Service) -> None:
    test_every_endpoint_is_ours(host)
    loaded = host.call("GET", "/loaded").json()
    ours = {label: name for label, name in loaded["labels"].items() if name.split(".")[0] in ("apps", "scorer_v2")}
    assert ours == {"scorer_v2": "scorer_v2"}
    assert loaded["labels"]["account"] == "tests.mounted.host.account"
    assert not [module for module in loaded["models"].values() if module.startswith(("apps.", "scorer_v2"))]
    assert not [name for name in loaded["modules"] if ".models" in name or ".admin" in name or ".migrations" in name]
    assert not [name for name in loaded["modules"] if name.split(".")[0] == "settings"]
    assert "apps.registry.services" in loaded["modules"]


def test_a_request_of_ours_has_a_line_and_an_id_of_its_own(host: Service) -> None:
    given = {**internal_headers(host), "X-Request-Id": "an-id-of-the-caller"}
    answer = host.call("GET", f"/internal/stake/gtc/{ADDRESS}", headers=given)
    assert answer.headers["x-request-id"] == "an-id-of-the-caller"
    assert "x-request-id" not in host.call("GET", "/health").headers


@pytest.mark.parametrize("mode", ["all", "header"])
def test_the_project_starts_and_its_checks_find_nothing(hosts: dict[str, Service], mode: str) -> None:
    lines = hosts[mode].server.log().splitlines()
    assert not [line for line in lines if '"level":"ERROR"' in line]
    assert all(isinstance(json.loads(line), dict) for line in lines if line.startswith("{"))
