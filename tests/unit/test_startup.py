"""A server that is configured wrong does not start, and says why in one sentence."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.server.profiles import profile_environment

CHECKOUT = settings.BASE_DIR
ENVIRONMENT = profile_environment("default") | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}


def run(*command: str, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """A Python program whose only variables are these and PATH."""
    environment = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(
        [sys.executable, *command],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def verify(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return run("-c", "from scorer_v2.startup import verify; verify()", environment=environment)


def test_it_starts_with_what_production_needs_and_nothing_else() -> None:
    result = verify(ENVIRONMENT)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "CERAMIC_CACHE_SCORER_ID", "CGRANTS_API_TOKEN"])
def test_it_names_the_setting_that_is_missing(name: str) -> None:
    result = verify({other: value for other, value in ENVIRONMENT.items() if other != name})
    assert result.returncode == 1
    assert result.stderr.startswith(f"scorer_v2 does not start: The setting {name} ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://somewhere/else"),
        ("DATABASE_URL", "nonsense"),
        ("READ_REPLICA_0_URL", "nonsense"),
        ("REGISTRY_API_READ_DB", "read_replica_0"),
        ("CERAMIC_CACHE_SCORER_ID", "one"),
        ("HUMAN_POINTS_ENABLED", "maybe"),
        ("TRUSTED_IAM_ISSUERS", "did:key:test"),
        ("SCORING_ATTEMPTS", "0"),
        ("LOG_LEVEL", "LOUD"),
        ("REDIS_URL", "cache.example:6379"),
        ("FF_API_ANALYTICS", "perhaps"),
    ],
)
def test_it_names_the_setting_that_is_wrong(name: str, value: str) -> None:
    result = verify(ENVIRONMENT | {name: value})
    assert result.returncode == 1
    assert result.stderr.startswith(f"scorer_v2 does not start: The setting {name} ")
    assert result.stderr.count("\n") == 1


def test_it_names_all_that_is_wrong_at_once() -> None:
    wrong = {"LOG_LEVEL": "LOUD", "DATABASE_URL": "nonsense", "SCORING_ATTEMPTS": "0", "TRUSTED_IAM_ISSUERS": "x"}
    result = verify({**ENVIRONMENT, **wrong, "CERAMIC_CACHE_SCORER_ID": ""})
    assert result.returncode == 1
    sentences = result.stderr.splitlines()
    assert {line.split()[6] for line in sentences} == {*wrong, "CERAMIC_CACHE_SCORER_ID"}
    assert all(line.startswith("scorer_v2 does not start: The setting ") for line in sentences)


@pytest.mark.parametrize("value", ["on", "true", "1", "YES"])
def test_a_flag_is_on_in_every_spelling(value: str) -> None:
    code = "import django; django.setup(); from django.conf import settings; print(settings.FF_API_ANALYTICS)"
    variables = {"FF_API_ANALYTICS": value, "DJANGO_SETTINGS_MODULE": "settings.production"}
    assert run("-c", code, environment=ENVIRONMENT | variables).stdout == "on\n"


def test_it_warns_and_starts_where_no_issuer_is_trusted() -> None:
    result = verify(ENVIRONMENT | {"TRUSTED_IAM_ISSUERS": "[]"})
    assert result.returncode == 0
    assert result.stderr.startswith("scorer_v2: The setting TRUSTED_IAM_ISSUERS is empty")


def test_gunicorn_stops_before_it_makes_a_worker() -> None:
    options = ("-c", "deploy/gunicorn.conf.py", "-b", "127.0.0.1:0")
    environment = ENVIRONMENT | {"DATABASE_URL": "nonsense"}
    result = run("-m", "gunicorn", *options, "scorer_v2.wsgi:application", environment=environment)
    assert result.returncode == 1
    assert [line for line in result.stderr.splitlines() if not line.startswith("{")] == [
        "scorer_v2 does not start: The setting DATABASE_URL is no database URL."
    ]
    assert "Booting worker" not in result.stderr
