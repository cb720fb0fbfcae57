"""Pages outside of the admin site take GET and HEAD, and answer other methods as the API does."""

import pytest
from django.test import Client

PATHS = ("/health", "/health/", "/ready", "/metrics", "/docs", "/openapi.json")


def caller() -> Client:
    """Checks forms for forgery, as a server does and a test client does not."""
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("origin", [{}, {"Origin": "https://app.example"}], ids=["server", "browser"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", PATHS)
def test_another_method_is_405_and_names_those_that_are_allowed(path: str, method: str, origin: dict[str, str]) -> None:
    answer = caller().generic(method, path, headers=origin)
    assert (answer.status_code, answer.json()) == (405, {"detail": "Method Not Allowed"})
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/", "/nothing", "/static/nothing.css"])
def test_a_path_of_no_page_is_404_for_every_method(path: str) -> None:
    assert caller().post(path).status_code == 404


@pytest.mark.parametrize("path", ["/health", "/metrics", "/docs", "/openapi.json"])
def test_head_is_get_without_a_body(path: str) -> None:
    answer = caller().head(path)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.django_db
def test_the_admin_site_still_refuses_forged_forms() -> None:
    assert caller().post("/admin/login/", {"username": "a", "password": "b"}).status_code == 403
