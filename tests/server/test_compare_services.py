"""`manage.py compare_services` against two running services, of which one has a deliberate difference."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.server.callers import (
    ADDRESS,
    OTHER_ADDRESS,
    PROVIDERS,
    USER_COMMUNITY,
    bulk_items,
    credential,
    internal_headers,
    partner,
    store_stamps,
    user_community,
    user_headers,
)
from tests.server.conftest import prepared
from tests.server.servers import Servers, Service

SECRET = "compared.the-partners-secret"
V2 = "/v2/stamps/{scorer_id}/score/{address}"
WEIGHTS = "/internal/embed/weights"
OTHER_WEIGHT = """
    UPDATE scorer_weighted_binaryweightedscorer SET weights = jsonb_set(weights, '{Provider0}', '"9"')
    WHERE scorer_ptr_id = (SELECT scorer_id FROM account_community WHERE id = {})
"""
# Services remember weights for a minute: every test has a community of its own.
communities = count(335)


class Pair:
    """Two services on databases that hold the same rows."""

    def __init__(self, old: Service, new: Service, folder: Path, community: int) -> None:
        self.old, self.new, self.folder, self.community = old, new, folder, community

    def make_different(self) -> None:
        """The new service's database gives another weight to a provider."""
        self.new.database.execute(OTHER_WEIGHT.replace("{}", str(self.community)))

    def run(self, *options: str, requests: list[dict[str, Any]]) -> int:
        """The command's exit status."""
        file = self.folder / "requests"
        file.write_text("\n".join(map(json.dumps, requests)))
        services = ("--old", self.old.server.base_url, "--new", self.new.server.base_url)
        try:
            call_command("compare_services", *services, "--requests", str(file), *options)
        except SystemExit as stopped:
            return int(str(stopped.code))
        return 0

    @property
    def clones(self) -> tuple[str, str, str]:
        return ("--on-clones", self.old.database.url, self.new.database.url)


@pytest.fixture
def pair(servers: Servers, django_db_blocker: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    # With a Redis each they would be two deployments; with one in common they would share what they remember.
    alone = {"WEB_CONCURRENCY": "1", "REDIS_URL": ""}
    old, new = (servers.direct(f"compared {name}", **alone) for name in ("old", "new"))
    community = next(communities)
    stored = {
        address: [
            credential(servers.issuer, address, provider, nullifiers=[f"v0:{provider}", f"v1:{address}{provider}"])
            for provider in PROVIDERS[:3]
        ]
        for address in (ADDRESS, OTHER_ADDRESS)
    }
    for service in (new, old):
        for _ in prepared(service, django_db_blocker):
            make_world(service, stored, community)
    monkeypatch.setenv("COMPARE_API_KEY", SECRET)
    monkeypatch.setenv("COMPARE_INTERNAL_TOKEN", old.settings["CGRANTS_API_TOKEN"])
    with old.database.as_django_default(django_db_blocker):
        yield Pair(old, new, tmp_path, community)


def make_world(service: Service, stored: dict[str, list[dict[str, Any]]], community: int) -> None:
    user_community()
    partner(service, key={"secret": SECRET, "id": "the key"}, id=community)
    for address, credentials in stored.items():
        store_stamps(address, credentials)


def reading(pair: Pair) -> list[dict[str, Any]]:
    return [
        {"path": WEIGHTS},
        {"path": f"{WEIGHTS}?community_id={pair.community}"},
        {"path": f"{WEIGHTS}?community_id=7"},
        {"path": "/internal/embed/validate-api-key"},
        {"path": f"/internal/stake/gtc/{ADDRESS}"},
        {"path": f"/internal/allow-list/AList/{ADDRESS}"},
        {"path": "/internal/check-revocations", "method": "POST", "body": {"proof_values": ["a"]}},
        {"path": "/internal/check-bans", "method": "POST", "body": "no json"},
    ]


def scoring(pair: Pair) -> list[dict[str, Any]]:
    # Signed as the stored ones, and a new one.
    sent = [credential(pair.old.issuer, ADDRESS, provider) for provider in PROVIDERS[1:5]]
    user = user_headers(pair.old, ADDRESS)
    return [
        {"path": f"/v2/stamps/{pair.community}/score/{ADDRESS}"},
        {"path": f"/v2/stamps/{pair.community}/score/{OTHER_ADDRESS}"},
        {"path": f"/v2/stamps/{pair.community}/score/nobody"},
        {"path": f"/internal/score/v2/{USER_COMMUNITY}/{OTHER_ADDRESS}", "headers": internal_headers(pair.old)},
        {"path": "/ceramic-cache/stamps/bulk", "method": "POST", "headers": user, "body": bulk_items(sent)},
        {"path": f"/ceramic-cache/score/{ADDRESS}", "headers": user},
    ]


def report_of(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_two_services_that_are_the_same_have_no_differences(pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    assert pair.run("--json", requests=reading(pair)) == 0
    report = report_of(capsys)
    assert (report["compared"], report["different"], report["unmarked"], report["rows"]) == (8, 0, 0, None)


def test_on_clones_scores_are_compared_with_their_rows_and_times_are_noise(
    pair: Pair, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pair.run("--json", *pair.clones, requests=scoring(pair) + reading(pair)) == 0, capsys.readouterr().out
    report = report_of(capsys)
    assert (report["compared"], report["different"], report["rows"]) == (14, 0, [])
    noise = {endpoint["endpoint"]: endpoint["noise"] for endpoint in report["endpoints"]}
    assert noise["/ceramic-cache/stamps/bulk"] == ["stamps[].id"]
    assert noise[V2] == noise["/ceramic-cache/score/{address}"] == []


def test_a_deliberate_difference_is_found_and_named(
    pair: Pair, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    requests = scoring(pair) + reading(pair)
    pair.make_different()
    page = tmp_path / "report.html"
    assert pair.run("--json", "--html", str(page), *pair.clones, requests=requests) == 1
    report = report_of(capsys)
    fields = {
        endpoint["endpoint"]: [field["field"] for field in endpoint["fields"]] for endpoint in report["endpoints"]
    }
    assert fields[V2] == ["score", "stamps.Provider0.score"]
    assert fields[WEIGHTS] == ["Provider0"]
    assert fields["/internal/check-bans"] == []
    columns = {table["table"]: table["columns"] for table in report["rows"]}
    assert set(columns) == {"registry_score", "registry_event"}
    assert columns["registry_score"] == ["evidence.rawScore", "stamp_scores.Provider0", "stamps.Provider0.score"]
    example = next(each for each in report["endpoints"] if each["endpoint"] == WEIGHTS)["fields"][0]["examples"][0]
    assert (example["old"], example["new"]) == ("1.0", "9.0")
    assert "stamps.Provider0.score" in page.read_text()


def test_reading_alone_finds_it_too_and_sends_no_scoring(pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    pair.make_different()
    assert pair.run(requests=scoring(pair) + reading(pair)) == 1
    text = capsys.readouterr().out
    assert f"{WEIGHTS}: 1 of 3 differ\n    Provider0: 1\n" in text
    assert "skipped: 6 (a scoring endpoint, which writes: only with --on-clones)" in text
    assert pair.new.database.counts(["registry_score"]) == {"registry_score": 0}


def test_a_rate_of_differences_can_be_allowed(pair: Pair) -> None:
    pair.make_different()
    assert pair.run("--fail-over-rate", "0.125", requests=reading(pair)) == 0
    assert pair.run("--fail-over-rate", "0.12", requests=reading(pair)) == 1


def test_what_partners_asked_last_is_asked_again(pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    for service in (pair.old, pair.new):
        service.call("GET", f"/v2/stamps/{pair.community}/score/{ADDRESS}?a=1&a=2", headers={"X-API-Key": SECRET})
        service.database.execute("DELETE FROM registry_event", "DELETE FROM registry_hashscorerlink")
    services = ("--old", pair.old.server.base_url, "--new", pair.new.server.base_url)
    call_command("compare_services", *services, "--from-analytics", "5", "--json")
    assert report_of(capsys)["skipped"] == {"a scoring endpoint, which writes: only with --on-clones": 1}


def test_clones_that_differ_before_are_refused(pair: Pair) -> None:
    store_stamps(ADDRESS, [credential(pair.old.issuer, ADDRESS, PROVIDERS[9])])
    with pytest.raises(CommandError, match="differ before") as caught:
        pair.run(*pair.clones, requests=scoring(pair))
    assert caught.value.returncode == 2


def test_one_database_under_two_names_is_refused(pair: Pair) -> None:
    url = pair.new.database.url
    with pytest.raises(CommandError, match="two databases") as caught:
        pair.run("--on-clones", url, url.replace("postgresql://", "postgres://"), requests=scoring(pair))
    assert caught.value.returncode == 2


def test_a_service_that_writes_elsewhere_than_to_its_clone_is_stopped_after_one_request(pair: Pair) -> None:
    swapped = ("--on-clones", pair.new.database.url, pair.old.database.url)
    with pytest.raises(CommandError, match="does not write to the clone"):
        pair.run(*swapped, requests=scoring(pair))
    assert pair.old.database.counts(["registry_passport"]) == {"registry_passport": 1}
    assert pair.new.database.counts(["registry_passport"]) == {"registry_passport": 0}


def test_no_secret_is_in_any_report(pair: Pair, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pair.make_different()
    page = tmp_path / "report.html"
    pair.run("--json", "--html", str(page), *pair.clones, requests=scoring(pair) + reading(pair))
    written = capsys.readouterr().out + page.read_text()
    secrets = [SECRET, pair.old.settings["CGRANTS_API_TOKEN"], user_headers(pair.old, ADDRESS)["Authorization"][7:40]]
    assert not [secret for secret in secrets if secret in written]
