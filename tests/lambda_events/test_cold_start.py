"""The cold start, in a process of its own as Lambda makes it: import the module, then one event after the other."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from typing import Any

import pytest
from django.conf import settings

from tests.server.profiles import profile_environment

LAMBDA = {
    "AWS_LAMBDA_FUNCTION_NAME": "scorer-v2",
    "AWS_REGION": "us-west-2",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
}
SETTINGS = profile_environment("default") | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
SECRET = {"SCORER_SERVER_SSM_ARN": "scorer-v2"}
# Much more than it takes, on any machine; what it takes is in docs/decisions.md.
SECONDS = 60

HEALTH = '{"requestContext": {"elb": {}}, "httpMethod": "GET", "path": "/health"}'

IMPORT_AND_ANSWER = f"""
    import json, sys
    from scorer_v2 import lambda_handler
    before = [name for name in ("django.conf", "boto3") if name in sys.modules]
    answers = [lambda_handler.handler(json.loads('{HEALTH}'), None) for _ in range(2)]
    from django.conf import settings
    statuses = [answer["statusCode"] for answer in answers]
    found = dict(before=before, boto3="boto3" in sys.modules, statuses=statuses, key=settings.SECRET_KEY)
    print(json.dumps(found))
"""

WITH_SECRET = """
    import json, os
    from unittest.mock import patch
    import boto3
    from moto import mock_aws

    with mock_aws():
        client = boto3.client("secretsmanager", region_name="us-west-2")
        client.create_secret(Name="scorer-v2", SecretString=os.environ.pop("STORED"))
        asked = []
        with patch("boto3.client", lambda *args, **options: asked.append(args) or client):
            {program}
        print(len(asked))
"""


def run(program: str, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def output(program: str, environment: Mapping[str, str]) -> list[Any]:
    """The lines that the program printed, less the logs."""
    done = run(program, environment)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [line for line in lines if not (isinstance(line, dict) and "logger" in line)]


def with_secret(stored: Mapping[str, Any], environment: Mapping[str, str]) -> list[Any]:
    program = textwrap.indent(textwrap.dedent(IMPORT_AND_ANSWER), " " * 12).strip()
    return output(WITH_SECRET.replace("{program}", program), {**environment, "STORED": json.dumps(stored)})


def test_in_lambda_all_is_loaded_before_the_first_event() -> None:
    (found,) = output(IMPORT_AND_ANSWER, LAMBDA | SETTINGS)
    assert found == {
        "before": ["django.conf"],
        "boto3": False,
        "statuses": [200, 200],
        "key": SETTINGS["SECRET_KEY"],
    }


def test_elsewhere_importing_the_module_loads_nothing() -> None:
    (found,) = output(IMPORT_AND_ANSWER, SETTINGS)
    assert found["before"] == []
    assert found["statuses"] == [200, 200]


def test_all_settings_may_be_in_the_secret_which_is_read_once() -> None:
    found, times_asked = with_secret(SETTINGS, LAMBDA | SECRET)
    assert found["statuses"] == [200, 200]
    assert found["key"] == SETTINGS["SECRET_KEY"]
    assert times_asked == 1


def test_the_secret_wins_over_the_functions_own_settings() -> None:
    found, _ = with_secret({"SECRET_KEY": "of the secret"}, LAMBDA | SECRET | SETTINGS)
    assert found["key"] == "of the secret"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": ""}, "The setting SECRET_KEY is empty."),
        ({"DATABASE_URL": "nonsense"}, "The setting DATABASE_URL is no database URL."),
        ({"CGRANTS_API_TOKEN": "abc"}, "The setting CGRANTS_API_TOKEN has its built-in value"),
        (SECRET | {"AWS_REGION": ""}, "The secret 'scorer-v2', named by SCORER_SERVER_SSM_ARN, cannot be read"),
    ],
)
def test_it_fails_loudly_and_says_why(changes: dict[str, str], sentence: str) -> None:
    done = run("import scorer_v2.lambda_handler", LAMBDA | SETTINGS | changes)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("scorer_v2.lambda_handler.ColdStartFailed: ")
    assert sentence in last


def test_other_deployments_import_neither_boto3_nor_the_functions_modules() -> None:
    """Not even where the setting is there."""
    program = """
        import json, sys
        import scorer_v2.wsgi, scorer_v2.urls
        print(json.dumps([name for name in sys.modules if name.startswith(("boto", "scorer_v2.lambda_", "awsgi"))]))
    """
    assert output(program, SETTINGS | SECRET) == [[]]
