"""How often a request crosses the network to PostgreSQL, counted on the wire.

pytest tests/server/test_round_trips.py -rP | grep '"round_trips"'        the table, a JSON object a line
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories.account import AddressListFactory
from tests.factories.addresses import address as address_number
from tests.factories.registry import ScoreFactory
from tests.server.callers import (
    ADDRESS,
    USER_COMMUNITY,
    Partner,
    bulk_items,
    credentials,
    internal_headers,
    partner,
    store_stamps,
    user_community,
    user_headers,
)
from tests.server.calls import Answer
from tests.server.counting_proxy import CountingProxy, Tally
from tests.server.servers import Service

logger = logging.getLogger("tests.round_trips")
logger.setLevel(logging.INFO)

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WARM_UP = address_number(0xFFF)


def proxy_of(service: Service) -> CountingProxy:
    assert service.proxy is not None
    return service.proxy


def counted(what: str, service: Service, method: str, path: str, **options: Any) -> tuple[Answer, Tally]:
    """The answer, and what it took on a connection that is open."""
    with proxy_of(service).counting() as tally:
        answer = service.call(method, path, **options)
    logger.info(
        json.dumps({"what": what, "status": answer.status, "round_trips": tally.trips, "statements": tally.statements})
    )
    assert tally.connections == 0, "the connection was not kept"
    return answer, tally


@pytest.fixture
def warm(proxied_service: Service) -> Service:
    """A service whose connection is open, as all but the first request of a thread find it."""
    assert proxied_service.call("GET", "/ready").status == 200
    return proxied_service


def score(what: str, caller: Partner, address: str = ADDRESS, **options: Any) -> tuple[Answer, Tally]:
    path = f"/v2/stamps/{caller.community.pk}/score/{address}"
    return counted(what, caller.service, "GET", path, **{"headers": caller.headers, **options})


@pytest.mark.parametrize("number", [0, 5, 20, 100])
@pytest.mark.parametrize("program", [False, True], ids=["no points", "points"])
def test_a_score_takes_two_trips_whatever_the_number_of_stamps(warm: Service, number: int, program: bool) -> None:
    caller = partner(warm, human_points_program=program)
    store_stamps(ADDRESS, credentials(warm.issuer, ADDRESS, number))
    points = ", points" if program else ""
    for what in ("first", "repeated"):
        answer, tally = score(f"score of {number} stamps{points}, {what}", caller)
        assert answer.status == 200
        assert len(answer.json()["stamps"]) == number
        assert tally.trips == 2


@pytest.mark.parametrize("number", [1, 100])
def test_storing_and_scoring_stamps_takes_two_trips(warm: Service, number: int) -> None:
    user_community()
    items = bulk_items(credentials(warm.issuer, ADDRESS, number))
    for what in ("new", "replacing"):
        answer, tally = counted(
            f"bulk of {number} stamps, {what}",
            warm,
            "POST",
            "/ceramic-cache/stamps/bulk",
            headers=user_headers(warm, ADDRESS),
            body=items,
        )
        assert answer.status == 201
        assert answer.json()["score"]["score"] == f"{number}.00000"
        assert tally.trips == 2


def test_storing_stamps_for_the_embed_service_takes_two_trips(warm: Service) -> None:
    caller = partner(warm)
    body = {"scorer_id": caller.community.pk, "stamps": credentials(warm.issuer, ADDRESS, 20)}
    path, headers = f"/internal/embed/stamps/{ADDRESS}", internal_headers(warm)
    answer, tally = counted("embed, 20 stamps", warm, "POST", path, headers=headers, body=body)
    assert (answer.status, tally.trips) == (200, 2)


@pytest.mark.parametrize("path", ["/internal/embed/score/{}/{}", "/internal/score/v2/{}/{}"])
def test_the_other_doors_score_in_two_trips(warm: Service, path: str) -> None:
    caller = partner(warm)
    store_stamps(ADDRESS, credentials(warm.issuer, ADDRESS, 5))
    target = path.format(caller.community.pk, ADDRESS)
    answer, tally = counted(path, warm, "GET", target, headers=internal_headers(warm))
    assert (answer.status, tally.trips) == (200, 2)


@pytest.mark.parametrize(
    "headers", [{}, {"X-API-Key": "toolongforaprefix.secret"}, {"Authorization": "oneword"}, {"X-API-Key": "é" * 600}]
)
@pytest.mark.parametrize("path", ["/v2/stamps/1/score/0x0", "/internal/embed/validate-api-key"])
def test_a_key_that_cannot_exist_is_refused_without_the_database(
    warm: Service, path: str, headers: dict[str, str]
) -> None:
    encoded = {name: value.encode() for name, value in headers.items()}
    answer, tally = counted("a key of impossible form", warm, "GET", path, headers=encoded)
    assert (answer.status, tally.trips) == (401, 0)


@pytest.mark.parametrize(
    ("what", "key", "sent", "status"),
    [
        ("unknown prefix", {}, "unknown0.secret", 401),
        ("wrong secret", {"secret": "known000.secret"}, "known000.wrong", 401),
        ("wrong secret, PBKDF2", {"secret": "known000.secret", "form": "pbkdf2"}, "known000.wrong", 401),
        ("revoked", {"secret": "known000.secret", "revoked": True}, "known000.secret", 401),
        (
            "expired",
            {"secret": "known000.secret", "expiry_date": LONG_AGO},
            "known000.secret",
            401,
        ),
        ("no permission", {"secret": "known000.secret", "read_scores": False}, "known000.secret", 403),
    ],
)
def test_a_refused_key_takes_two_trips(warm: Service, what: str, key: dict[str, Any], sent: str, status: int) -> None:
    caller = partner(warm, key=key)
    answer, tally = score(f"refused: {what}", caller, headers={"X-API-Key": sent})
    assert (answer.status, tally.trips) == (status, 2)


@pytest.mark.parametrize(
    ("what", "path", "status"),
    [
        ("unknown scorer", f"/v2/stamps/999999/score/{ADDRESS}", 404),
        ("invalid address", "/v2/stamps/{}/score/0x0", 400),
        ("scorer that is no number", f"/v2/stamps/abc/score/{ADDRESS}", 422),
    ],
)
def test_a_refused_request_takes_two_trips_at_most(warm: Service, what: str, path: str, status: int) -> None:
    caller = partner(warm)
    target = path.format(caller.community.pk)
    answer, tally = counted(f"refused: {what}", warm, "GET", target, headers=caller.headers)
    assert answer.status == status
    assert 1 <= tally.trips <= 2


def test_a_key_that_only_pbkdf2_proves_costs_one_trip_more_once(warm: Service) -> None:
    caller = partner(warm, key={"form": "pbkdf2"})
    for what, trips in (("first use of a PBKDF2 key", 3), ("second use of a PBKDF2 key", 2)):
        answer, tally = score(what, caller)
        assert (answer.status, tally.trips) == (200, trips)


def test_the_metamask_award_costs_one_trip_more(warm: Service) -> None:
    caller = partner(warm, human_points_program=True)
    store_stamps(ADDRESS, credentials(warm.issuer, ADDRESS, 5))
    AddressListFactory(name="MetaMaskOG2", members=[ADDRESS])
    for what, trips in (("MetaMask award", 3), ("after the MetaMask award", 2)):
        answer, tally = score(what, caller)
        assert (answer.status, tally.trips) == (200, trips)
    assert warm.database.rows("SELECT count(*) FROM registry_humanpoints WHERE action = 'MM2'") == [(1,)]


PROOFS = {"proof_values": [f"0x{number}" for number in range(100)]}
SUBJECTS = [{"credentialSubject": {"hash": "v0:a", "provider": "Google", "id": f"did:pkh:eip155:1:{ADDRESS}"}}]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"/internal/allow-list/list/{ADDRESS}", None),
        ("GET", "/internal/customization/credential/List%23a%23b", None),
        ("GET", f"/internal/stake/gtc/{ADDRESS}", None),
        ("GET", f"/internal/stake/legacy-gtc/{ADDRESS}/1", None),
        ("GET", f"/internal/cgrants/contributor_statistics?address={ADDRESS}", None),
        ("POST", "/internal/check-bans", SUBJECTS),
        ("POST", "/internal/check-revocations", PROOFS),
        ("GET", "/internal/embed/weights?community_id=987654321", None),
    ],
)
def test_a_reading_endpoint_takes_one_statement(warm: Service, method: str, path: str, body: Any) -> None:
    answer, tally = counted(f"{method} {path}", warm, method, path, headers=internal_headers(warm), body=body)
    assert answer.status in (200, 404)
    assert (tally.trips, len(tally.statements)) == (1, 1)


def test_a_stored_score_takes_one_statement(warm: Service) -> None:
    ScoreFactory(passport__address=ADDRESS, passport__community=user_community(human_points_program=True))
    headers = user_headers(warm, ADDRESS)
    answer, tally = counted("a stored score", warm, "GET", f"/ceramic-cache/score/{ADDRESS}", headers=headers)
    assert answer.json()["score"] == "21.50000"
    assert (tally.trips, len(tally.statements)) == (1, 1)


def test_a_valid_key_takes_one_statement(warm: Service) -> None:
    headers = partner(warm).headers
    answer, tally = counted("a valid key", warm, "GET", "/internal/embed/validate-api-key", headers=headers)
    assert (answer.status, tally.trips, len(tally.statements)) == (200, 1, 1)


def test_a_score_that_the_ui_must_compute_costs_one_trip_more(warm: Service) -> None:
    assert user_community().pk == USER_COMMUNITY
    headers = user_headers(warm, ADDRESS)
    answer, tally = counted("no stored score", warm, "GET", f"/ceramic-cache/score/{ADDRESS}", headers=headers)
    assert (answer.status, tally.trips) == (200, 3)


def test_a_new_connection_is_opened_once(proxied_service: Service) -> None:
    caller = partner(proxied_service)
    proxy_of(proxied_service).cut()
    with proxy_of(proxied_service).counting() as tally:
        answers = [caller.score(WARM_UP).status for _ in range(3)]
    assert (answers, tally.connections) == ([200] * 3, 1)
