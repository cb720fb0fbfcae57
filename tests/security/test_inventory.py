"""API9: what is served is what is described, and nothing else. The routes are in tests/server/test_routes_table.py."""

import re
from pathlib import Path

from django.test import Client

from scorer_v2.api import api
from tests.server.test_routes_table import TABLE

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_the_description_has_every_endpoint_and_no_other() -> None:
    described = {
        (method.upper(), path) for path, methods in api.get_openapi_schema()["paths"].items() for method in methods
    }
    assert described == {(method, path) for method, path, _, _ in TABLE}


def test_the_description_says_of_every_endpoint_whom_it_is_for() -> None:
    paths = api.get_openapi_schema()["paths"]
    for method, path, authentication, _ in TABLE:
        asked = [name for each in paths[path][method.lower()].get("security", []) for name in each]
        assert asked == ([authentication] if authentication else []), path


def test_the_readme_says_which_endpoints_ask_for_nothing() -> None:
    """They are for the internal network only; the load balancer's rules are tested in tests/infrastructure."""
    rows = re.findall(r"^\| \d+ \| `(\w+) ([^`]+)` \| ([^|]+) \|", README, re.MULTILINE)
    unguarded = {
        (method, nameless(path)) for method, path, authentication in rows if "inside the network only" in authentication
    }
    assert unguarded == {
        (method, nameless(path)) for method, path, authentication, _ in TABLE if authentication is None
    }


def nameless(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def test_no_other_version_of_an_endpoint_is_left() -> None:
    for path in ("/v1/stamps/1/score/0x1", "/registry/v2/score/1/0x1", "/v2/stamps/0x1", "/registry/submit-passport"):
        assert Client().get(path).status_code == 404
