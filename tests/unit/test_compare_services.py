"""Two services compared: what counts as a difference, what is noise, and what the reports say."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from scorer_v2.api_urls import METHODS, template_of_route
from tests.factories.addresses import address
from tools.comparison.calls import NoUrl, Service
from tools.comparison.differences import Answer, differences, learn, without_noise
from tools.comparison.reports import as_html, as_json, as_text, verdict
from tools.comparison.requests import READ_ONLY, BadRequests, Request, read_requests
from tools.comparison.rows import TABLES, RowDifference, changed_fields, row_differences
from tools.comparison.run import Comparison, Report, ServiceError

WEIGHTS = "/internal/embed/weights"


SINCE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def found(old: Any, new: Any) -> dict[str, tuple[str, str]]:
    return {each.field: (each.old, each.new) for each in differences(Answer(200, old), Answer(200, new), since=SINCE)}


# Differences ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("body", [None, 1, "text", [], {}, {"a": [1, {"b": None}]}, [[1], [2]]])
def test_the_same_is_no_difference(body: Any) -> None:
    assert found(body, json.loads(json.dumps(body))) == {}


def test_a_status_is_a_difference() -> None:
    (difference,) = differences(Answer(200, {}), Answer(500, {}), since=SINCE)
    assert (difference.field, difference.old, difference.new) == ("status", "200", "500")


def test_a_field_is_named_by_its_path() -> None:
    old = {"score": {"stamps": {"Google": {"score": "1"}}}, "gone": 1}
    new = {"score": {"stamps": {"Google": {"score": "2"}}}, "added": None}
    assert found(old, new) == {
        "score.stamps.Google.score": ('"1"', '"2"'),
        "gone": ("1", "(missing)"),
        "added": ("(missing)", "null"),
    }


@pytest.mark.parametrize(("old", "new"), [(1, True), (0, False), (1, "1"), (None, False), ({}, []), ("", None)])
def test_another_type_is_a_difference(old: Any, new: Any) -> None:
    assert list(found({"a": old}, {"a": new})) == ["a"]


def test_the_order_of_a_list_counts() -> None:
    assert list(found({"a": [1, 2]}, {"a": [2, 1]})) == ["a[]"]


@pytest.mark.parametrize("name", ["stamps", "items", "results"])
def test_the_order_of_some_lists_does_not_count(name: str) -> None:
    one, two = {"provider": "A", "id": 1}, {"provider": "B", "id": 2}
    assert found({name: [one, two]}, {name: [two, one]}) == {}
    assert found({name: [one, two]}, {name: [two, {**one, "id": 9}]}) == {f"{name}[].id": ("1", "9")}


def test_lists_of_other_lengths_differ_in_their_length() -> None:
    assert found([1, 2], [1]) == {".length": ("2", "1")}


def test_a_text_that_is_no_json_is_compared_as_it_is() -> None:
    assert found("<html>", "<html >") == {"body": ('"<html>"', '"<html >"')}


def test_no_answer_is_a_difference_of_the_status() -> None:
    (difference,) = differences(Answer(200, {"a": 1}), Answer(0, failure="no answer (TimeoutError)"), since=SINCE)
    assert (difference.field, difference.new) == ("status", '"no answer (TimeoutError)"')


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("2026-01-02T03:04:06.123456+00:00", "2026-01-02T03:05:00Z", True),
        ("2026-01-02T03:04:06+00:00", "2026-01-02T03:04:04+00:00", False),  # before the run
        ("2099-01-01T00:00:00Z", "2099-01-01T00:00:01Z", False),  # a credential's date
        ("2026-01-02T03:04:06", "2026-01-02T03:04:07", False),  # of no zone
        ("2026-01-02T03:04:06Z", None, False),
    ],
)
def test_two_times_of_the_run_are_the_same(old: Any, new: Any, same: bool) -> None:
    assert (found({"at": old}, {"at": new}) == {}) is same


# Noise ----------------------------------------------------------------------------------------------------------------
def noise_of(first: Any, second: Any) -> dict[str, frozenset[str]]:
    noise: dict[str, frozenset[str]] = {}
    learn(noise, Answer(200, first), Answer(200, second), since=SINCE)
    return noise


def left(old: Any, new: Any, noise: dict[str, frozenset[str]]) -> list[str]:
    return [each.field for each in without_noise(differences(Answer(200, old), Answer(200, new), since=SINCE), noise)]


def test_what_differs_between_two_old_answers_may_differ_from_the_new_one() -> None:
    noise = noise_of({"at": "10:00", "a": 1}, {"at": "10:01", "a": 1})
    assert left({"at": "10:00", "a": 1}, {"at": "10:02", "a": 2}, noise) == ["a"]


@pytest.mark.parametrize("new", [{"at": 10}, {"at": None}, {}])
def test_noise_must_still_be_there_and_of_its_type(new: Any) -> None:
    assert left({"at": "10:00"}, new, noise_of({"at": "10:00"}, {"at": "10:01"})) == ["at"]


# Requests -------------------------------------------------------------------------------------------------------------
def test_every_endpoint_is_reading_or_scoring() -> None:
    templates = {template_of_route(route) for route in METHODS}
    assert templates >= READ_ONLY
    assert {template for template in templates if "score" in template or "stamps" in template} == templates - READ_ONLY


@pytest.mark.parametrize(
    ("request_", "endpoint"),
    [
        (Request("GET", f"{WEIGHTS}?community_id=1"), WEIGHTS),
        (
            Request("GET", f"/internal/stake/legacy-gtc/{address(1)}/7"),
            "/internal/stake/legacy-gtc/{address}/{round_id}",
        ),
        (Request("DELETE", "/ceramic-cache/stamps/bulk"), None),
        (Request("GET", "/docs"), None),
        (Request("GET", "/account/nonce"), None),
    ],
)
def test_a_request_knows_its_endpoint(request_: Request, endpoint: str | None) -> None:
    assert request_.endpoint == endpoint


def test_a_file_of_requests_is_read(tmp_path: Path) -> None:
    file = tmp_path / "requests"
    file.write_text('{"path": "/a?b=c"}\n\n{"method": "post", "path": "/d", "headers": {"H": "v"}, "body": [1]}\n')
    assert list(read_requests(file)) == [Request("GET", "/a?b=c"), Request("POST", "/d", {"H": "v"}, [1])]


@pytest.mark.parametrize(
    "line", ["no json", "[]", "{}", '{"path": 1}', '{"path": "a"}', '{"path": "/", "headers": [1]}']
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "requests"
    file.write_text(f'{{"path": "/"}}\n{line}\n')
    with pytest.raises(BadRequests, match="requests, line 2"):
        list(read_requests(file))


def test_a_request_never_shows_its_credentials() -> None:
    assert "secret" not in repr(Request("GET", "/a", {"Authorization": "secret"}, {"a": "secret"}))


@pytest.mark.parametrize("url", ["scorer.example.org", "ftp://a", "http://", ""])
def test_a_text_that_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(NoUrl):
        Service(url, headers={}, timeout=1)


def test_a_url_is_reported_without_its_password() -> None:
    assert Service("https://user:secret@a:8443/base/", headers={}, timeout=1).url == "https://a:8443/base"


# The comparison -------------------------------------------------------------------------------------------------------
class Played(Service):
    """A service that answers from a list, over and over."""

    def __init__(self, *bodies: Any, failure: str | None = None) -> None:
        super().__init__("http://played", headers={}, timeout=1)
        self.bodies, self.asked, self.failure = bodies, 0, failure

    def ask(self, request: Request) -> Answer:  # noqa: ARG002 - as the original
        self.asked += 1
        return Answer(200, self.bodies[(self.asked - 1) % len(self.bodies)], self.failure, is_ours=True)


def test_the_old_service_is_asked_twice_and_the_new_one_once() -> None:
    old, new = Played({"a": 1}), Played({"a": 1})
    report = Comparison(old, new).run([Request("GET", WEIGHTS)] * 3)
    assert (old.asked, new.asked, report.compared, report.has_differences) == (6, 3, 3, False)


def test_differences_are_counted_by_endpoint_and_field() -> None:
    old, new = Played({"a": 1, "at": 1}, {"a": 1, "at": 2}), Played({"a": 2, "at": 3}, {"a": 1, "at": 4})
    report = Comparison(old, new).run([Request("GET", f"{WEIGHTS}?n={number}") for number in range(4)])
    (endpoint,) = report.endpoints
    assert (endpoint.endpoint, endpoint.compared, endpoint.different, endpoint.noise) == (WEIGHTS, 4, 2, ["at"])
    assert [(field.name, field.count, len(field.examples)) for field in endpoint.fields] == [("a", 2, 2)]
    assert endpoint.fields[0].examples[0].request == f"GET {WEIGHTS}?n=0"
    assert report.rate == 0.5


def test_scoring_and_unknown_endpoints_are_not_sent_without_clones() -> None:
    old, new = Played({}), Played({})
    asked = [Request("GET", f"/v2/stamps/1/score/{address(1)}"), Request("GET", "/unknown"), Request("GET", WEIGHTS)]
    report = Comparison(old, new).run(asked)
    assert (new.asked, report.compared, sum(report.skipped.values())) == (1, 1, 2)


def test_an_ignored_field_may_differ() -> None:
    assert not Comparison(Played({"a": 1}), Played({"a": 2}), ignored=["a"]).run([Request("GET", WEIGHTS)]).different


def test_a_service_that_does_not_answer_at_all_is_no_difference() -> None:
    with pytest.raises(ServiceError, match="http://played does not answer"):
        Comparison(Played({}), Played({}, failure="no answer")).run([Request("GET", WEIGHTS)])


# Rows -----------------------------------------------------------------------------------------------------------------
def rows(**tables: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return {table: tables.get(table, []) for table in TABLES}


def test_rows_are_compared_as_often_as_they_are_there() -> None:
    one = {"action": "SCU", "data": {"score": "1"}}
    old, new = rows(registry_event=[one, one]), rows(registry_event=[one])
    assert row_differences(old, old) == []
    assert row_differences(old, new) == [RowDifference("registry_event", [one], [])]


def test_columns_that_differ_are_named() -> None:
    old, new = {"score": "1", "evidence": {"rawScore": "2"}}, {"score": "1", "evidence": {"rawScore": "3"}}
    assert list(changed_fields(RowDifference("registry_score", [old], [new]))) == ["evidence.rawScore"]


# Reports --------------------------------------------------------------------------------------------------------------
def report(**changes: Any) -> Report:
    old, new = Played({"a": "<b>"}), Played({"a": "<i>"})
    made = Comparison(old, new).run([Request("GET", f"{WEIGHTS}?q=<script>")])
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def test_the_text_names_endpoint_field_and_values() -> None:
    text = "\n".join(as_text(report()))
    assert f"{WEIGHTS}: 1 of 1 differ" in text
    assert 'GET /internal/embed/weights?q=<script>: "<b>" became "<i>"' in text
    assert text.endswith("1 of 1 answers differ (100.00%).")


def test_the_json_is_json() -> None:
    made = json.loads(json.dumps(as_json(report())))
    assert made["endpoints"][0]["fields"][0]["field"] == "a"
    assert (made["different"], made["rate"], made["rows"]) == (1, 1.0, None)


def test_the_page_is_complete_and_nothing_in_it_is_markup_of_others() -> None:
    page = as_html(report(), made_at="today")
    assert "${" not in page
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "http-equiv" not in page
    assert "src=" not in page


def test_rows_are_part_of_every_report() -> None:
    made = report(rows=[RowDifference("registry_score", [{"score": "1"}], [{"score": "2"}])])
    assert "registry_score: 1 rows only old, 1 only new" in "\n".join(as_text(made))
    assert as_json(made)["rows"][0]["columns"] == ["score"]
    assert "registry_score" in as_html(made, made_at="today")
    assert verdict(made).endswith("rows differ in registry_score.")
    assert "the rows are the same" in verdict(report(rows=[]))


# The command ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "arguments",
    [
        ["--requests", "no-such-file"],
        ["--requests", "FILE", "--on-clones", "postgresql://a/b", "postgresql://a/b"],
    ],
)
def test_what_cannot_be_done_has_an_exit_status_of_its_own(tmp_path: Path, arguments: list[str]) -> None:
    file = tmp_path / "requests"
    file.write_text('{"path": "/"}')
    given = [str(file) if argument == "FILE" else argument for argument in arguments]
    with pytest.raises(CommandError) as caught:
        call_command("compare_services", "--old", "http://127.0.0.1:1", "--new", "http://127.0.0.1:1", *given)
    assert caught.value.returncode == 2


def test_without_requests_there_is_nothing_to_compare(tmp_path: Path) -> None:
    (tmp_path / "requests").write_text("\n")
    with pytest.raises(CommandError, match="no requests"):
        call_command(
            "compare_services", "--old", "http://a", "--new", "http://b", "--requests", str(tmp_path / "requests")
        )
