"""GET /health and GET /ready."""

from typing import Any

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection

from scorer_v2.database import round_trips
from scorer_v2.http import health
from tests.endpoints.disturbing import fail
from tests.endpoints.scoring_world import answered, client


@pytest.fixture(autouse=True)
def _nothing_was_checked_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_schema_checked_at", None)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds of a clock that stands still, to be changed."""
    seconds = [1000.0]
    monkeypatch.setattr(health.time, "monotonic", lambda: seconds[0])
    return seconds


def break_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(round_trips, "_carry_out", lambda *_: fail())


def break_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(LocMemCache, "get", refuse)


def ready() -> tuple[int, Any]:
    """Without the rollout, which has a test of its own."""
    status, body = answered(client().get("/ready"))
    body.pop("rollout")
    return status, body


def test_it_says_which_rollout_holds_and_where_it_comes_from(committed_rows: None) -> None:
    _, body = answered(client().get("/ready"))
    assert body["rollout"] == {"mode": "all", "percent": 0, "source": "settings"}


@pytest.mark.parametrize("path", ["/health", "/health/"])
def test_the_process_answers_without_anything_else(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    break_database(monkeypatch)
    break_cache(monkeypatch)
    assert answered(client().get(path)) == (200, {"status": "ok"})


def test_it_is_ready_when_all_parts_serve(committed_rows: None) -> None:
    assert ready() == (200, {"status": "ok", "database": "ok", "schema": "ok", "cache": "ok"})


def test_without_a_database_it_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    break_database(monkeypatch)
    answer = client().get("/ready")
    status, body = answered(answer)
    assert (status, body["status"]) == (503, "unavailable")
    assert (body["database"], body["schema"], body["cache"]) == ("unavailable", "unknown", "ok")
    assert answer.headers["Retry-After"] == "1"


def test_a_cache_that_is_down_is_told_and_serves(committed_rows: None, monkeypatch: pytest.MonkeyPatch) -> None:
    break_cache(monkeypatch)
    assert ready() == (200, {"status": "ok", "database": "ok", "schema": "ok", "cache": "unavailable"})


def with_missing_column() -> Any:
    class Renamed:
        def __enter__(self) -> None:
            self._rename("requires_calculation", "gone")

        def __exit__(self, *_: object) -> None:
            self._rename("gone", "requires_calculation")

        def _rename(self, old: str, new: str) -> None:
            with connection.cursor() as cursor:
                cursor.execute(f"ALTER TABLE registry_passport RENAME COLUMN {old} TO {new}")

    return Renamed()


def test_with_a_column_missing_it_is_not_ready_until_it_is_there(committed_rows: None) -> None:
    with with_missing_column():
        status, body = ready()
    assert (status, body["database"], body["schema"]) == (503, "ok", "incomplete")
    assert ready()[0] == 200


def test_a_schema_that_was_found_right_is_right_for_a_minute(committed_rows: None, clock: list[float]) -> None:
    assert ready()[0] == 200
    with with_missing_column():
        clock[0] += 59
        assert ready()[0] == 200
        clock[0] += 1
        assert ready()[0] == 503


def test_a_missing_index_makes_it_slow_and_not_unready(committed_rows: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'score_history_index'")
        ((definition,),) = cursor.fetchall()
        cursor.execute("DROP INDEX score_history_index")
        try:
            assert ready()[0] == 200
        finally:
            cursor.execute(definition)
