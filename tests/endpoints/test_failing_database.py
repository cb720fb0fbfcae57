"""Every endpoint, and every page of a probe, while the database fails (D14).

An endpoint that is added without a line here fails the first test.
"""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from scorer_v2.api_urls import METHODS
from tests.endpoints.scoring_world import ALICE, issue, user

INTERNAL = {"Authorization": settings.CGRANTS_API_TOKEN}
KEY = {"X-API-Key": "0a1b2c3d.secret"}
STAMPS = [{"provider": "Google", "stamp": issue()}]
SUBJECT = {"credentialSubject": {"hash": "v0:a", "provider": "Google", "id": f"did:pkh:eip155:1:{ALICE}"}}

# Path, headers and body of a request that needs the database, by route.
REQUESTS: dict[str, tuple[str, dict[str, str], Any]] = {
    "v2/stamps/<scorer_id>/score/<address>": (f"/v2/stamps/1/score/{ALICE}", KEY, None),
    "internal/embed/score/<scorer_id>/<address>": (f"/internal/embed/score/1/{ALICE}", {}, None),
    "ceramic-cache/score/<address>": (f"/ceramic-cache/score/{ALICE}", user(None), None),
    "internal/score/v2/<scorer_id>/<address>": (f"/internal/score/v2/1/{ALICE}", INTERNAL, None),
    "internal/embed/validate-api-key": ("/internal/embed/validate-api-key", KEY, None),
    "internal/allow-list/<list_name>/<address>": (f"/internal/allow-list/VIP/{ALICE}", INTERNAL, None),
    "internal/customization/credential/<provider_id>": ("/internal/customization/credential/a", INTERNAL, None),
    "internal/check-bans": ("/internal/check-bans", INTERNAL, [SUBJECT]),
    "internal/check-revocations": ("/internal/check-revocations", INTERNAL, {"proof_values": ["0x1"]}),
    "internal/embed/stamps/<address>": (
        f"/internal/embed/stamps/{ALICE}",
        INTERNAL,
        {"scorer_id": 1, "stamps": [issue()]},
    ),
    "ceramic-cache/stamps/bulk": ("/ceramic-cache/stamps/bulk", user(None), STAMPS),
    "internal/cgrants/contributor_statistics": (
        f"/internal/cgrants/contributor_statistics?address={ALICE}",
        INTERNAL,
        None,
    ),
    "internal/stake/legacy-gtc/<address>/<int:round_id>": (f"/internal/stake/legacy-gtc/{ALICE}/1", INTERNAL, None),
    "internal/embed/config": ("/internal/embed/config?community_id=987654321", {}, None),
    "internal/embed/weights": ("/internal/embed/weights?community_id=987654321", {}, None),
    "internal/stake/gtc/<address>": (f"/internal/stake/gtc/{ALICE}", INTERNAL, None),
}

# The contract gives these a status and a text of their own (sections 4.13 and 4.14).
STAKES = {"internal/stake/legacy-gtc/<address>/<int:round_id>", "internal/stake/gtc/<address>"}


def test_every_endpoint_has_a_request() -> None:
    assert set(REQUESTS) == set(METHODS)


@pytest.mark.usefixtures("database_down")
@pytest.mark.parametrize("route", REQUESTS)
def test_it_says_that_the_failure_passes_and_when_to_try_again(route: str) -> None:
    path, headers, body = REQUESTS[route]
    (method,) = METHODS[route]
    data = {} if body is None else {"data": body, "content_type": "application/json"}
    answer = getattr(Client(raise_request_exception=False), method.lower())(path, headers=headers, **data)
    assert answer.status_code == (400 if route in STAKES else 503)
    assert answer.json()["detail"]
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.usefixtures("database_down")
def test_the_service_is_not_ready_and_alive() -> None:
    ready, health = Client().get("/ready"), Client().get("/health")
    assert (ready.status_code, ready.headers["Retry-After"], health.status_code) == (503, "1", 200)
