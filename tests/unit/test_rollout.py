"""Which requests the rollout chooses, what decides on a percentage, and how the state is read and changed."""

import base64
import json
from collections import Counter
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.http import HttpRequest
from django.test import RequestFactory
from prometheus_client import REGISTRY
from pytest_django import Settings

from scorer_v2.rollout import state
from scorer_v2.rollout.keys import routing_key
from scorer_v2.rollout.middleware import BUCKETS, bucket, is_chosen
from scorer_v2.rollout.state import CACHE_NAME, CurrentRollout, InForce, Rollout, store
from tests.factories.addresses import address

ALICE = "0xAbCdEf" + "0" * 33 + "1"
PLAIN = ALICE[2:].lower()
NUMBER = 100_000


@pytest.fixture(scope="module")
def buckets() -> list[int]:
    """Of 100,000 addresses that differ little."""
    return [bucket(address(number)[2:]) for number in range(NUMBER)]


# The share ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("percent", [1, 5, 10, 25, 50, 75, 99])
def test_a_percentage_of_100_000_addresses_is_that_share_of_them(buckets: list[int], percent: int) -> None:
    chosen = sum(number < percent * BUCKETS // 100 for number in buckets)
    spread = (NUMBER * percent / 100 * (1 - percent / 100)) ** 0.5
    assert abs(chosen - NUMBER * percent / 100) < 4 * spread


def test_each_hundredth_has_its_share(buckets: list[int]) -> None:
    counts = Counter(number * 100 // BUCKETS for number in buckets)
    chi_square = sum((counts[hundredth] - NUMBER / 100) ** 2 / (NUMBER / 100) for hundredth in range(100))
    assert chi_square < 160  # 99 degrees of freedom: once in ten thousand


def test_an_address_stays_on_its_side_in_every_process_and_release(buckets: list[int]) -> None:
    assert [bucket(address(number)[2:]) for number in range(1000)] == buckets[:1000]
    assert bucket("a" * 40) == 476  # a change would flip addresses between two scorers


def test_a_higher_percentage_keeps_whom_a_lower_one_chose() -> None:
    keys = [address(number) for number in range(2000)]
    chosen: set[str] = set()
    for percent in (0, 1, 5, 10, 25, 50, 75, 99, 100):
        now = {key for key in keys if is_chosen(Rollout("percent", percent), header=None, key=lambda key=key: key)}
        assert chosen <= now
        chosen = now
    assert chosen == set(keys)


@pytest.mark.parametrize("header", [None, "", "true", "TRUE", "false", "False", "1", "yes"])
def test_nobody_is_chosen_at_0_and_everybody_at_100_but_for_the_header(header: str | None) -> None:
    wish = (header or "").lower()
    assert is_chosen(Rollout("percent", 0), header=header, key=lambda: "k") is (wish == "true")
    assert is_chosen(Rollout("percent", 100), header=header, key=lambda: "k") is (wish != "false")


@pytest.mark.parametrize("mode", ["all", "header"])
def test_the_key_is_not_looked_for_where_no_percentage_decides(mode: str) -> None:
    def key() -> str:
        raise AssertionError("the key was asked for")

    assert is_chosen(Rollout(mode, 50), header="true", key=key)
    assert is_chosen(Rollout(mode, 50), header=None, key=key) is (mode == "all")


# The key --------------------------------------------------------------------------------------------------------------
def get(path: str, **headers: str) -> HttpRequest:
    return RequestFactory().get(path, headers=headers)


def post(path: str, body: Any) -> HttpRequest:
    return RequestFactory().post(path, body, content_type="application/json")


def token(claims: object) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims))
    return ".".join((*parts, "signature"))


@pytest.mark.parametrize(
    "path",
    [
        f"/v2/stamps/335/score/{ALICE}",
        f"/v2/stamps/335/score/{ALICE.lower()}?include_human_points=true",
        f"/v2/stamps/335/score/0X{PLAIN.upper()}",
        f"/internal/embed/score/335/{ALICE}",
        f"/internal/embed/stamps/{ALICE}",
        f"/ceramic-cache/score/{ALICE}",
        f"/internal/score/v2/335/{ALICE}",
        f"/internal/allow-list/MyList/{ALICE}",
        f"/internal/stake/gtc/{ALICE}",
        f"/internal/stake/legacy-gtc/{ALICE}/1",
        f"/internal/cgrants/contributor_statistics?address={ALICE}",
    ],
)
def test_the_address_decides_however_it_is_spelled_and_wherever_it_stands(path: str) -> None:
    assert routing_key(get(path)) == PLAIN


def test_the_token_decides_where_the_url_has_no_address() -> None:
    did = f"did:pkh:eip155:1:{ALICE}"
    assert routing_key(get("/ceramic-cache/stamps/bulk", Authorization=f"bearer {token({'did': did})}")) == PLAIN


def test_the_url_decides_before_the_token() -> None:
    other = token({"did": f"did:pkh:eip155:1:{address(1)}"})
    assert routing_key(get(f"/ceramic-cache/score/{ALICE}", Authorization=f"Bearer {other}")) == PLAIN


@pytest.mark.parametrize(
    "given", ["Bearer a.b.c", "Bearer", f"Bearer {token([])}", f"Bearer {token({'did': 1})}", "Bearer ..", "x"]
)
def test_a_token_that_is_none_does_not_fail(given: str) -> None:
    assert routing_key(get("/ceramic-cache/stamps/bulk", Authorization=given))


@pytest.mark.parametrize("headers", [{"X-API-Key": "prefix12.secret"}, {"Authorization": "Token prefix12.secret"}])
def test_the_keys_prefix_decides_where_there_is_only_a_key(headers: dict[str, str]) -> None:
    assert routing_key(get("/internal/embed/validate-api-key", **headers)) == "prefix12"


def test_the_holder_decides_about_bans() -> None:
    holders = [{"credentialSubject": {"hash": "h"}}, {"credentialSubject": {"id": f"did:pkh:eip155:1:{ALICE}"}}]
    assert routing_key(post("/internal/check-bans", holders)) == PLAIN


def test_the_first_proof_value_decides_about_revocations() -> None:
    assert routing_key(post("/internal/check-revocations", {"proof_values": ["a", "b"]})) == "a"


@pytest.mark.parametrize(
    "body", ["no json", "null", "[]", "[1]", '{"proof_values": 1}', '[{"credentialSubject": 1}]', "7"]
)
@pytest.mark.parametrize("path", ["/internal/check-bans", "/internal/check-revocations"])
def test_a_body_that_is_wrong_does_not_fail(path: str, body: str) -> None:
    assert routing_key(post(path, body)) == path


def test_a_body_that_is_too_large_does_not_fail(settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert routing_key(post("/internal/check-bans", [{}] * 100)) == "/internal/check-bans"


def test_path_and_query_decide_where_there_is_nobody() -> None:
    assert routing_key(get("/internal/embed/weights?community_id=5")) == "/internal/embed/weights?community_id=5"


# The state ------------------------------------------------------------------------------------------------------------
class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(settings: Settings) -> Clock:
    settings.ROLLOUT_MODE, settings.ROLLOUT_PERCENT, settings.ROLLOUT_REFRESH_SECONDS = "header", 7, 5
    return Clock()


def test_the_settings_hold_where_nothing_is_stored(clock: Clock) -> None:
    assert CurrentRollout(clock)() == Rollout("header", 7)


def test_what_is_stored_holds_without_a_restart_within_seconds(clock: Clock) -> None:
    current = CurrentRollout(clock)
    assert current() == Rollout("header", 7)
    store(Rollout("percent", 50))
    clock.now += 4.9
    assert current() == Rollout("header", 7)
    clock.now += 0.1
    assert current() == Rollout("percent", 50)


def test_the_cache_is_read_once_in_a_while_only(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Mock()
    watched.get.return_value = None
    monkeypatch.setattr(state, "cache", watched)
    current = CurrentRollout(clock)
    for _ in range(10):
        current()
    watched.get.assert_called_once_with(CACHE_NAME)


def share(current: CurrentRollout) -> float:
    """Of 10,000 addresses, the per cent that are served."""
    keys = [address(number)[2:] for number in range(10_000)]
    return sum(is_chosen(current(), header=None, key=lambda key=key: key) for key in keys) / 100


def test_the_share_stays_when_redis_is_lost_and_in_a_process_that_starts_then(
    clock: Clock, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROLLOUT_MODE, settings.ROLLOUT_PERCENT = "percent", 10
    store(Rollout("percent", 10))
    knows = [CurrentRollout(clock) for _ in range(3)]
    due = {share(current) for current in knows}
    assert min(due) == max(due) == pytest.approx(10, abs=1)
    clock.now += 5
    monkeypatch.setattr(state, "cache", None)
    assert {share(current) for current in (*knows, CurrentRollout(clock))} == due
    assert {current.in_force().source for current in knows} == {"remembered"}


def test_a_process_keeps_what_it_read_last_while_the_cache_is_down(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(Rollout("percent", 5))
    current = CurrentRollout(clock)
    assert current.in_force() == InForce(Rollout("percent", 5), "cache")
    with monkeypatch.context() as patched:
        patched.setattr(state, "cache", None)
        for _ in range(3):
            clock.now += 5
            assert current.in_force() == InForce(Rollout("percent", 5), "remembered")
        assert CurrentRollout(clock).in_force() == InForce(Rollout("header", 7), "settings")
    store(Rollout("percent", 6))
    clock.now += 5
    assert current.in_force() == InForce(Rollout("percent", 6), "cache")


def test_a_process_keeps_what_it_read_last_when_the_cache_loses_it(clock: Clock) -> None:
    store(Rollout("percent", 5))
    current = CurrentRollout(clock)
    current()
    cache.clear()
    clock.now += 5
    assert current.in_force() == InForce(Rollout("percent", 5), "remembered")


def test_a_reset_reaches_a_process_that_knew_a_state(clock: Clock) -> None:
    store(Rollout("percent", 5))
    current = CurrentRollout(clock)
    current()
    state.forget()
    clock.now += 5
    assert current.in_force() == InForce(Rollout("header", 7), "settings")


def test_metrics_have_the_share_in_force_and_its_source(clock: Clock) -> None:
    store(Rollout("percent", 5))
    CurrentRollout(clock)()
    assert REGISTRY.get_sample_value("scorer_v2_rollout_share_percent") == 5
    sources = {
        source: REGISTRY.get_sample_value("scorer_v2_rollout_processes", {"source": source}) for source in state.SOURCES
    }
    assert sources == {"cache": 1, "remembered": 0, "settings": 0}


@pytest.mark.parametrize(
    "stored", ["", "[]", "no json", '{"mode": "most"}', '{"mode": "percent", "percent": 101}', 7, '{"percent": 5}']
)
def test_the_settings_hold_where_nonsense_is_stored(clock: Clock, stored: object) -> None:
    cache.set(CACHE_NAME, stored)
    assert CurrentRollout(clock)() == Rollout("header", 7)


def test_a_real_redis_tells_other_processes(redis_cache: str, clock: Clock) -> None:
    store(Rollout("percent", 50))
    assert CurrentRollout(clock)() == Rollout("percent", 50)
    assert cache.ttl(CACHE_NAME) is None  # it stays
    assert state.is_shared()


# The command ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.ROLLOUT_MODE, settings.ROLLOUT_PERCENT = "header", 0
    monkeypatch.setattr(state, "is_shared", lambda: True)


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> Any:
    call_command("rollout", *arguments, "--json")
    return json.loads(capsys.readouterr().out)


def test_it_sets_shows_and_resets(shared: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("set", "--percent", "25", capsys=capsys) == {
        "mode": "percent",
        "percent": 25,
        "source": "the cache",
        "before": {"mode": "header", "percent": 0},
        "dry_run": False,
    }
    assert run("set", "--mode", "header", capsys=capsys)["percent"] == 25
    assert run("show", capsys=capsys)["mode"] == "header"
    assert run("reset", capsys=capsys)["source"] == "the settings"
    assert state.stored() is None


@pytest.mark.parametrize("wider", [("all", 0), ("percent", 26)])
def test_it_refuses_to_set_less_than_the_settings_say(
    shared: None, settings: Settings, wider: tuple[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    settings.ROLLOUT_MODE, settings.ROLLOUT_PERCENT = wider
    with pytest.raises(CommandError, match="settings are wider"):
        call_command("rollout", "set", "--percent", "25")
    assert state.stored() is None
    assert run("set", "--percent", "25", "--force", capsys=capsys)["percent"] == 25


@pytest.mark.parametrize("as_wide", [("header", 99), ("percent", 25)])
def test_it_sets_what_is_at_least_as_wide_as_the_settings(
    shared: None, settings: Settings, as_wide: tuple[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    settings.ROLLOUT_MODE, settings.ROLLOUT_PERCENT = as_wide
    assert run("set", "--percent", "25", capsys=capsys)["percent"] == 25


def test_a_dry_run_changes_nothing(shared: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("set", "--percent", "25", "--dry-run", capsys=capsys)["dry_run"]
    assert state.stored() is None


@pytest.mark.parametrize("arguments", [["--percent", "101"], ["--percent", "-1"], [], ["--mode", "most"]])
def test_it_refuses_what_is_no_rollout(shared: None, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("rollout", "set", *arguments)
    assert state.stored() is None


def test_it_refuses_to_set_what_no_server_would_see() -> None:
    with pytest.raises(CommandError, match="REDIS_URL"):
        call_command("rollout", "set", "--percent", "5")


def test_nonsense_in_the_cache_is_named_and_can_be_reset(shared: None, capsys: pytest.CaptureFixture[str]) -> None:
    cache.set(CACHE_NAME, '{"mode": "most"}')
    with pytest.raises(CommandError, match="reset"):
        call_command("rollout", "show")
    run("reset", capsys=capsys)
    assert run("show", capsys=capsys)["mode"] == "header"


def test_a_cache_that_is_down_is_an_error_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "cache", None)
    with pytest.raises(CommandError) as caught:
        call_command("rollout", "show")
    assert caught.value.returncode == 2


def test_its_sentences_name_the_header(shared: None, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.ROLLOUT_HEADER = "X-Other"
    call_command("rollout", "set", "--mode", "header")
    written = capsys.readouterr().out
    assert written.splitlines() == [
        "Holds: whoever sends X-Other: true (from the cache).",
        "Before: whoever sends X-Other: true.",
        "A process that starts without the cache: whoever sends X-Other: true.",
    ]
