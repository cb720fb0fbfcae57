"""The settings of a Lambda function from AWS Secrets Manager: one secret, whose JSON keys become environment variables.

boto3 is part of Lambda's runtime and no requirement of ours: only this module imports it, and only when it is asked for
a secret.
"""

import json
from collections.abc import MutableMapping
from typing import Any

# Its name is the one that deployments use; its value is the name or the ARN of a secret (contract, section 7.4).
SECRET_NAME_SETTING = "SCORER_SERVER_SSM_ARN"  # noqa: S105 - the name of a setting
CONNECT_SECONDS = 2
READ_SECONDS = 2
# Twice more, with a pause of at most a second or two each: Lambda gives a cold start ten seconds.
ATTEMPTS = 3


class SecretUnavailable(RuntimeError):
    """The secret cannot be had, or is of another form. The text names the secret and never has a value."""


def load_secrets(environment: MutableMapping[str, str]) -> list[str]:
    """Put the secret's keys into `environment`, over what is there; their names. Nothing without the setting.

    Texts are taken as they are; numbers, booleans, lists and objects as JSON; a key that is null is left out. Raises
    SecretUnavailable, with `environment` unchanged.
    """
    name = environment.get(SECRET_NAME_SETTING, "").strip()
    if not name:
        return []
    variables = _variables(name, _secret_text(name, environment))
    environment.update(variables)
    return sorted(variables)


def _secret_text(name: str, environment: MutableMapping[str, str]) -> str:
    try:
        import boto3  # noqa: PLC0415 - half a second, and not there in other deployments
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    except ImportError as error:
        raise SecretUnavailable(
            f"{SECRET_NAME_SETTING} is set, but the package boto3 is missing, which Lambda's runtime for Python has "
            f"({error}). Unset it to take all settings from the environment."
        ) from None
    limits = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    try:
        client = boto3.client("secretsmanager", region_name=_region(name, environment), config=limits)
        answer = client.get_secret_value(SecretId=name)
    except ClientError as error:
        raise SecretUnavailable(_unread(name, error.response["Error"]["Code"])) from None
    except BotoCoreError as error:
        raise SecretUnavailable(_unread(name, f"{type(error).__name__}: {error}")) from None
    if "SecretString" not in answer:
        raise SecretUnavailable(_unread(name, "it is binary, not a JSON text"))
    return str(answer["SecretString"])


def _variables(name: str, text: str) -> dict[str, str]:
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise SecretUnavailable(_unread(name, "it is no JSON object of names and values"))
    variables = {key: _as_text(value) for key, value in values.items() if value is not None}
    for key, value in variables.items():
        if not key or "=" in key or "\0" in key + value:
            raise SecretUnavailable(_unread(name, f"its key {key!r} cannot become an environment variable"))
    return variables


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _region(name: str, environment: MutableMapping[str, str]) -> str | None:
    """An ARN names its region; else the function's own."""
    parts = name.split(":")
    if parts[0] == "arn" and len(parts) > 3:
        return parts[3]
    return environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")


def _unread(name: str, reason: str) -> str:
    return f"The secret {name!r}, named by {SECRET_NAME_SETTING}, cannot be read: {reason}."
