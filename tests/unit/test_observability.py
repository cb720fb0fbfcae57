"""Settings with defaults, checks, log lines, metric files and the dashboard."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, RequestFactory
from prometheus_client import REGISTRY
from prometheus_client.mmap_dict import MmapedDict
from pytest_django import Settings

from scorer_v2 import checks
from scorer_v2.conf import Settings as OwnSettings
from scorer_v2.conf import settings as own_settings
from scorer_v2.observability import metrics, metrics_files
from scorer_v2.observability.measurements import Measurement
from scorer_v2.observability.request_log import shown_path
from settings import environment


# Settings -------------------------------------------------------------------------------------------------------------
def test_a_project_that_defines_none_of_our_settings_gets_their_defaults(settings: Settings) -> None:
    names = [name for name in vars(OwnSettings) if name.isupper()]
    for name in names:
        if hasattr(django_settings, name):
            delattr(settings, name)
    found = {name: getattr(own_settings, name) for name in names}
    assert found["CERAMIC_CACHE_SCORER_ID"] is None
    assert (found["ROLLOUT_MODE"], found["SCORING_ATTEMPTS"], found["CGRANTS_API_TOKEN"]) == ("all", 5, "")


@pytest.mark.parametrize(("given", "read"), [("335", 335), ("", None), (None, None), (335, 335), ("-1", -1)])
def test_a_project_may_hold_numbers_as_texts(settings: Settings, given: object, read: int | None) -> None:
    settings.DEMO_API_SCORER_ID = given
    assert read == own_settings.DEMO_API_SCORER_ID


def test_a_setting_cannot_be_overridden_where_nobody_would_look() -> None:
    with pytest.raises(AttributeError):
        own_settings.SCORING_ATTEMPTS = 1  # type: ignore[misc]  # that is the point


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (lambda: environment.choice("A_SETTING", ("all", "header"), "all"), "most"),
        (lambda: environment.integer("A_SETTING", 0, minimum=0, maximum=100), "101"),
        (lambda: environment.fraction("A_SETTING", 0.01), "1.5"),
        (lambda: environment.fraction("A_SETTING", 0.01), "much"),
        (lambda: environment.fraction("A_SETTING", 0.01), "nan"),
    ],
)
def test_a_wrong_value_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[], object], text: str
) -> None:
    monkeypatch.setenv("A_SETTING", text)
    with pytest.raises(ImproperlyConfigured, match="A_SETTING"):
        read()


def test_a_choice_may_be_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SETTING", " Header ")
    assert environment.choice("A_SETTING", ("all", "header"), "all") == "header"


# Checks ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("check", "name", "value", "id_"),
    [
        (checks.rollout_is_possible, "ROLLOUT_MODE", "most", "scorer_v2.E002"),
        (checks.rollout_is_possible, "ROLLOUT_PERCENT", 101, "scorer_v2.E002"),
        (checks.times_are_utc, "USE_TZ", False, "scorer_v2.E003"),
        (checks.times_are_utc, "TIME_ZONE", "Europe/Berlin", "scorer_v2.E003"),
    ],
)
def test_a_wrong_setting_is_found(settings: Settings, check: Any, name: str, value: object, id_: str) -> None:
    assert check(None) == []
    setattr(settings, name, value)
    assert [found.id for found in check(None)] == [id_]


def test_tracing_without_its_packages_is_found(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.OTEL_ENABLED = True
    assert checks.tracing_is_installed(None) == []
    monkeypatch.setattr(checks, "find_spec", lambda *_: None)
    assert [found.id for found in checks.tracing_is_installed(None)] == ["scorer_v2.E004"]
    settings.OTEL_ENABLED = False
    assert checks.tracing_is_installed(None) == []


# Lines ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/", "/"),
        ("/account/nonce", "/account/nonce"),
        ("/v2/stamps/1/score/0x" + "a" * 40 + "/history", "/v2/stamps/1/score/*/history"),
        ("/x/prefix12.secret/y", "/x/*/y"),
        ("/" + "a" * 25, "/*"),
        ("/" + "a/" * 400, ("/" + "a/" * 400)[:300]),
        ("/\nforged", "/*"),
    ],
)
def test_an_unknown_path_is_shown_without_what_could_be_secret(path: str, shown: str) -> None:
    assert shown_path(path) == shown


# Metrics --------------------------------------------------------------------------------------------------------------
def test_files_of_workers_that_are_gone_are_folded_into_one(tmp_path: Path) -> None:
    for pid, value in ((11, 2.0), (12, 3.0)):
        file = MmapedDict(str(tmp_path / f"counter_{pid}.db"))
        file.write_value("a key", value, 0.0)
        file.close()
        metrics_files.fold(tmp_path, pid)
    assert [path.name for path in tmp_path.iterdir()] == ["counter_0.db"]
    ((key, value, *_),) = MmapedDict.read_all_values_from_file(str(tmp_path / "counter_0.db"))
    assert (key, value) == ("a key", 5.0)


def test_a_worker_that_counted_nothing_leaves_nothing(tmp_path: Path) -> None:
    metrics_files.fold(tmp_path, 11)
    assert list(tmp_path.iterdir()) == []


def test_what_an_earlier_server_counted_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "counter_11.db").write_bytes(b"")
    metrics_files.clean(tmp_path)
    metrics_files.clean(tmp_path / "not" / "there" / "yet")
    assert [path.name for path in tmp_path.iterdir()] == ["not"]


def test_development_needs_no_token_for_metrics(settings: Settings) -> None:
    request = RequestFactory().get("/metrics")
    settings.METRICS_TOKEN, settings.DEVELOPMENT = "", True
    assert metrics.metrics(request).status_code == 200
    settings.DEVELOPMENT = False
    assert metrics.metrics(request).status_code == 404
    settings.METRICS_TOKEN = "a-token"
    assert metrics.metrics(request).status_code == 401


def test_metrics_are_read_again_when_the_file_of_an_ended_worker_is_folded_meanwhile(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.METRICS_TOKEN = "token"
    attempts = iter([FileNotFoundError(), b"read again"])

    def generate(_: Any) -> bytes:
        found = next(attempts)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(metrics, "generate_latest", generate)
    answer = Client().get("/metrics", headers={"Authorization": "Bearer token"})
    assert (answer.status_code, answer.content) == (200, b"read again")


def test_the_dashboard_asks_for_metrics_and_labels_that_there_are(settings: Settings) -> None:
    measured = Measurement(
        round_trips=1, verification_seconds=1, rollout="served", restarts=1, proofs_remembered=1, kept=1
    )
    measured.count_cache("weights", "hit")
    metrics.observe(method="GET", route="/of/a/test", status=200, seconds=0.1, measured=measured)
    there = {sample.name: set(sample.labels) for family in REGISTRY.collect() for sample in family.samples}
    dashboard = json.loads((Path(django_settings.BASE_DIR) / "deploy/dashboards/grafana.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    assert len(asked) > 15
    for expression in asked:
        for name, selector in re.findall(r"(scorer_v2_\w+)(?:\{([^}]*(?:\{[^}]*\}[^}]*)*)\})?", expression):
            assert name in there, expression
            labels = set(re.findall(r"(\w+)\s*(?:=~|!=|=)", selector))
            assert labels <= there[name], expression


def test_a_declined_request_counts_as_declined_and_in_nothing_else() -> None:
    def counted(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, labels) or 0

    of_route = {"method": "GET", "route": "/of/a/declined/one", "status": "404"}
    before = counted("scorer_v2_rollout_total", outcome="declined")
    declined = Measurement(rollout="declined")
    metrics.observe(method="GET", route="/of/a/declined/one", status=404, seconds=0.1, measured=declined)
    assert counted("scorer_v2_rollout_total", outcome="declined") == before + 1
    assert counted("scorer_v2_request_seconds_count", **of_route) == 0
