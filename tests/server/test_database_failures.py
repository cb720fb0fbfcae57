"""When the database or Redis fails: an answer in bounded time, nothing half-written, and recovery without a restart."""

import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.factories.registry import ScoreFactory
from tests.server.callers import (
    ADDRESS,
    TRACKED,
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
from tests.server.conftest import prepared
from tests.server.counting_proxy import CountingProxy
from tests.server.servers import Servers, Service

# connect_timeout is 5 s; a request tries at most twice, and records its failure once.
SECONDS = 16.0
ANALYTICS = "account_accountapikeyanalytics"
CLAIM, SAVE, COMMIT, RECORD = "registry.claim_links", "registry.save_score", "commit", "account.record_request"


@pytest.fixture
def proxy(proxied_service: Service) -> CountingProxy:
    assert proxied_service.proxy is not None
    return proxied_service.proxy


@contextmanager
def gone(proxy: CountingProxy) -> Iterator[None]:
    proxy.refuse()
    try:
        yield
    finally:
        proxy.listen()


def unavailable(answer: Answer) -> bool:
    return (
        answer.status == 503
        and answer.is_json
        and bool(answer.json()["detail"])
        and int(answer.headers["retry-after"]) >= 1
    )


def written(service: Service, *without: str) -> dict[str, int]:
    return service.database.counts([table for table in TRACKED if table not in without])


def requests_of(service: Service, caller: Partner) -> dict[str, tuple[str, str, dict[str, str], Any]]:
    """Every request that needs the database: method, path, headers, body."""
    internal, user = internal_headers(service), user_headers(service, ADDRESS)
    community, given = caller.community.pk, credentials(service.issuer, ADDRESS, 5)
    did = f"did:pkh:eip155:1:{ADDRESS}"
    subject = {"credentialSubject": {"hash": "v0:a", "provider": "Google", "id": did}}
    return {
        "v2 score": ("GET", f"/v2/stamps/{community}/score/{ADDRESS}", caller.headers, None),
        "embed score": ("GET", f"/internal/embed/score/{community}/{ADDRESS}", {}, None),
        "embed stamps": (
            "POST",
            f"/internal/embed/stamps/{ADDRESS}",
            internal,
            {"scorer_id": community, "stamps": given},
        ),
        "validate key": ("GET", "/internal/embed/validate-api-key", caller.headers, None),
        "bulk": ("POST", "/ceramic-cache/stamps/bulk", user, bulk_items(given)),
        "UI score": ("GET", f"/ceramic-cache/score/{ADDRESS}", user, None),
        "internal score": ("GET", f"/internal/score/v2/{community}/{ADDRESS}", internal, None),
        "weights": ("GET", f"/internal/embed/weights?community_id={secrets.randbits(60)}", {}, None),
        "check bans": ("POST", "/internal/check-bans", internal, [subject]),
        "check revocations": ("POST", "/internal/check-revocations", internal, {"proof_values": ["0x1"]}),
        "allow list": ("GET", f"/internal/allow-list/list/{ADDRESS}", internal, None),
        "credential": ("GET", "/internal/customization/credential/a", internal, None),
        "gtc stake": ("GET", f"/internal/stake/gtc/{ADDRESS}", internal, None),
        "legacy stake": ("GET", f"/internal/stake/legacy-gtc/{ADDRESS}/1", internal, None),
        "statistics": ("GET", f"/internal/cgrants/contributor_statistics?address={ADDRESS}", internal, None),
    }


# The contract gives these endpoints an answer of their own for a failed reading.
OWN_ANSWERS = {
    "gtc stake": (400, "Error pulling GTC staking data"),
    "legacy stake": (400, "Error pulling GTC staking data"),
}


def ask(service: Service, request: tuple[str, str, dict[str, str], Any]) -> Answer:
    method, path, headers, body = request
    return service.call(method, path, headers=headers, body=body)


@pytest.fixture
def scored(proxied_service: Service) -> Partner:
    """A partner, with stamps of the address, on a connection that is open."""
    caller = partner(proxied_service)
    user_community()
    store_stamps(ADDRESS, credentials(proxied_service.issuer, ADDRESS, 5))
    assert proxied_service.call("GET", "/ready").status == 200
    return caller


def test_every_endpoint_says_that_the_database_is_gone_and_recovers(scored: Partner, proxy: CountingProxy) -> None:
    service = scored.service
    before = written(service)
    requests = requests_of(service, scored)
    with gone(proxy):
        for name, request in requests.items():
            started = time.monotonic()
            answer = ask(service, request)
            assert time.monotonic() - started < SECONDS
            if name in OWN_ANSWERS:
                assert (answer.status, answer.json()["detail"]) == OWN_ANSWERS[name]
            else:
                assert unavailable(answer), (name, answer.status, answer.body)
        assert service.call("GET", "/health").status == 200
        assert service.call("GET", "/ready").status == 503
    assert written(service) == before
    for name, request in requests.items():
        assert ask(service, request).status in (200, 201, 404), name
    assert service.call("GET", "/ready").status == 200


def test_connections_that_the_server_ended_are_replaced(scored: Partner) -> None:
    service, ended = scored.service, 0
    for name, request in requests_of(service, scored).items():
        ended += end_connections(service)
        answer = ask(service, request)
        assert answer.status in (200, 201, 404), (name, answer.status, answer.body)
    assert ended >= len(requests_of(service, scored))
    assert written(service)["registry_score"] == 2


def end_connections(service: Service) -> int:
    """How many there were."""
    ended = service.database.rows(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'passport-scorer-v2'
        """
    )
    return len(ended)


@pytest.mark.parametrize("at", [CLAIM, SAVE])
@pytest.mark.parametrize("name", ["v2 score", "embed score", "embed stamps", "bulk", "UI score", "internal score"])
def test_a_failure_between_reading_and_writing_leaves_nothing(
    scored: Partner, proxy: CountingProxy, at: str, name: str
) -> None:
    service = scored.service
    request, before = requests_of(service, scored)[name], written(service, ANALYTICS)
    with proxy.cutting_at(at):
        assert unavailable(ask(service, request))
    await_no_transaction(service)
    assert written(service, ANALYTICS) == before
    assert ask(service, request).status in (200, 201)
    assert written(service)["registry_score"] == 1


def await_no_transaction(service: Service) -> None:
    """The server notices a moment later that a client is gone."""
    open_transactions = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'passport-scorer-v2' AND state <> 'idle'
    """
    deadline = time.monotonic() + SECONDS
    while service.database.rows(open_transactions) != [(0,)]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_failure_during_the_commit_is_unavailable_and_can_be_repeated(scored: Partner, proxy: CountingProxy) -> None:
    with proxy.cutting_at(COMMIT):
        assert unavailable(scored.score(ADDRESS))
    answer = scored.score(ADDRESS)
    assert answer.json()["score"] == "5.00000"
    counts = written(scored.service)
    assert (counts["registry_passport"], counts["registry_stamp"], counts["registry_hashscorerlink"]) == (1, 5, 5)


def test_a_request_that_fails_is_recorded_when_the_database_is_back(scored: Partner, proxy: CountingProxy) -> None:
    with proxy.cutting_at(SAVE):
        assert unavailable(scored.score(ADDRESS))
    rows = scored.service.database.rows(f"SELECT status_code, response, error <> '' FROM {ANALYTICS}")
    assert rows == [(503, None, True)]


def test_a_connection_that_breaks_at_the_analytics_does_not_spoil_the_score(
    scored: Partner, proxy: CountingProxy
) -> None:
    """The score is committed, or it is not and nothing is there: never an answer without rows."""
    with proxy.cutting_at(RECORD):
        answer = scored.score(ADDRESS)
    stored = written(scored.service)["registry_score"]
    assert (answer.status, stored) in ((200, 1), (503, 0), (503, 1))
    assert scored.score(ADDRESS).json()["score"] == "5.00000"


def test_without_the_analytics_table_scores_are_answered_and_stored(scored: Partner) -> None:
    service = scored.service
    service.server.mark_log()
    service.database.execute(f"ALTER TABLE {ANALYTICS} RENAME TO elsewhere")
    try:
        answers = [scored.score(ADDRESS) for _ in range(2)]
        refused = service.call("GET", f"/v2/stamps/999999/score/{ADDRESS}", headers=scored.headers)
        wrong = {"X-API-Key": f"{scored.key.prefix}.wrong"}
        unauthorized = service.call("GET", f"/v2/stamps/1/score/{ADDRESS}", headers=wrong)
    finally:
        service.database.execute(f"ALTER TABLE elsewhere RENAME TO {ANALYTICS}")
    assert [answer.json()["score"] for answer in answers] == ["5.00000"] * 2
    assert (refused.status, unauthorized.status) == (404, 401)
    assert written(service)["registry_score"] == 1
    assert written(service)[ANALYTICS] == 0
    assert "a step after the commit failed" in service.server.recent_log()
    assert scored.score(ADDRESS).status == 200
    assert written(service)[ANALYTICS] == 1


def test_without_a_table_of_the_score_nothing_is_stored(scored: Partner) -> None:
    service = scored.service
    before = written(service, "registry_event", ANALYTICS)
    service.database.execute("ALTER TABLE registry_event RENAME TO elsewhere")
    try:
        assert unavailable(scored.score(ADDRESS))
        assert unavailable(ask(service, requests_of(service, scored)["bulk"]))
    finally:
        service.database.execute("ALTER TABLE elsewhere RENAME TO registry_event")
    assert written(service, "registry_event", ANALYTICS) == before
    assert scored.score(ADDRESS).status == 200


def test_a_stored_score_is_not_lost_to_a_failing_rescore(scored: Partner, proxy: CountingProxy) -> None:
    ScoreFactory(passport__address=ADDRESS, passport__community=scored.community)
    with proxy.cutting_at(SAVE):
        assert unavailable(scored.score(ADDRESS))
    assert scored.service.database.rows("SELECT status, score FROM registry_score") == [("DONE", 1)]


@pytest.fixture
def limited(servers: Servers, django_db_blocker: Any) -> Iterator[Service]:
    """A service with rate limits whose Redis does not exist."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"redis://127.0.0.1:{probe.getsockname()[1]}/0"
    service = servers.direct("no Redis", REDIS_URL=nobody, RATELIMIT_ENABLE="true", WEB_CONCURRENCY="1")
    yield from prepared(service, django_db_blocker)


def test_without_redis_nobody_is_limited(limited: Service) -> None:
    caller = partner(limited, key={"rate_limit": "1/15m"})
    limited.server.mark_log()
    assert [caller.score(ADDRESS).status for _ in range(3)] == [200] * 3
    assert "rate limits are not applied" in limited.server.recent_log()


def test_without_redis_weights_come_from_the_database(limited: Service) -> None:
    caller = partner(limited, weights={"Google": "1.5"})
    path = f"/internal/embed/weights?community_id={caller.community.pk}"
    assert limited.call("GET", path).json() == {"Google": 1.5}


def test_without_redis_the_service_is_ready_and_says_so(limited: Service) -> None:
    answer = limited.call("GET", "/ready")
    assert (answer.status, answer.json()["cache"]) == (200, "unavailable")
