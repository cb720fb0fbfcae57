"""deploy/compose.yaml and deploy/nginx fit together, without a Docker engine."""

import re
from typing import Any

import yaml

from tests.containers.image import CHECKOUT
from tests.server.nginx import default_variables

DEPLOY = CHECKOUT / "deploy"


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    return found


def test_every_variable_of_the_template_has_a_default_and_every_default_is_used() -> None:
    template = (DEPLOY / "nginx" / "nginx.conf.template").read_text()
    defaults = default_variables()
    own = {name for name in defaults if not name.startswith("NGINX_ENVSUBST")}
    assert set(re.findall(r"\$\{([A-Z_]+)\}", template)) == own


def test_compose_sets_no_unknown_variable_of_nginx() -> None:
    assert set(services()["nginx"]["environment"]) <= set(default_variables())


def test_gunicorn_is_reached_by_nginx_alone() -> None:
    scorer, nginx = services()["scorer"], services()["nginx"]
    assert scorer["environment"]["LISTEN_ADDRESS"] == "127.0.0.1"
    assert nginx["network_mode"] == "service:scorer"
    assert [port.split(":")[-1] for port in scorer["ports"]] == [default_variables()["NGINX_PORT"]]


def test_nginx_ends_before_gunicorn() -> None:
    """Compose stops what depends on a service first."""
    assert "scorer" in services()["nginx"]["depends_on"]
