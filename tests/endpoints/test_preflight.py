"""What every endpoint has in common: any origin may call it, answers have a request id, and errors are JSON
(contract, section 1.1 and 1.3, D16). None of this needs a database."""

from typing import Any

import pytest

from tests.endpoints.scoring_world import ALICE, answered, client

ORIGIN = "https://anywhere.example"
PATHS = {
    f"/v2/stamps/1/score/{ALICE}": "GET",
    f"/internal/embed/score/1/{ALICE}": "GET",
    f"/internal/embed/stamps/{ALICE}": "POST",
    "/internal/embed/validate-api-key": "GET",
    "/ceramic-cache/stamps/bulk": "POST",
    f"/ceramic-cache/score/{ALICE}": "GET",
    f"/internal/score/v2/1/{ALICE}": "GET",
}
every_path = pytest.mark.parametrize("path", PATHS)


@every_path
def test_a_preflight_request_needs_no_authentication(path: str) -> None:
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": PATHS[path]}
    answer = client().options(path, headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert PATHS[path] in answer.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("header", ["authorization", "content-type"])
def test_a_preflight_request_is_told_that_the_header_may_be_sent(header: str) -> None:
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": header}
    answer = client().options("/ceramic-cache/stamps/bulk", headers=headers)
    assert header in answer.headers["Access-Control-Allow-Headers"]


def refused(path: str, **headers: str) -> Any:
    """An answer of the endpoint that needs nothing."""
    return client().generic("PROPFIND", path, headers=headers)


@every_path
def test_any_origin_may_read_an_error(path: str) -> None:
    assert refused(path, Origin=ORIGIN).headers["Access-Control-Allow-Origin"] == "*"


@every_path
def test_an_answer_has_the_id_of_the_request(path: str) -> None:
    assert refused(path, **{"X-Request-Id": "Root=1-5759e988"}).headers["X-Request-Id"] == "Root=1-5759e988"
    made = {refused(path).headers["X-Request-Id"] for _ in range(2)}
    assert len(made) == 2


@every_path
def test_another_method_is_405_in_json_and_names_the_right_one(path: str) -> None:
    other = "POST" if PATHS[path] == "GET" else "GET"
    answer = client().generic(other, path)
    assert answered(answer) == (405, {"detail": "Method Not Allowed"})
    assert PATHS[path] in answer.headers["Allow"]


@every_path
@pytest.mark.parametrize("more", ["/", "/more", "//"])
def test_a_path_with_more_is_404_in_json_and_not_redirected(path: str, more: str) -> None:
    assert answered(client().generic(PATHS[path], path + more)) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize(
    "path", ["/", "/v2", "/v2/stamps/1/score", "/internal", "/ceramic-cache", "/%00", "/v2//stamps"]
)
def test_an_unknown_path_is_404_in_json(path: str) -> None:
    assert answered(client().get(path)) == (404, {"detail": "Not Found"})
