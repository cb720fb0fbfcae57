"""Settings from Secrets Manager: one secret, whose keys become environment variables, over those that are set."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError
from moto import mock_aws

from scorer_v2.aws import lambda_secrets
from scorer_v2.aws.lambda_secrets import SECRET_NAME_SETTING, SecretUnavailable, load_secrets

NAME = "scorer-v2/production"
REGION = "us-west-2"
VALUE = "a-value-that-no-error-may-show"

CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")

Store = Callable[..., str]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Stores a secret in a Secrets Manager that is none; gives its ARN."""
    for name in CREDENTIALS:
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("secretsmanager", region_name=REGION)

        def create(**secret: Any) -> str:
            return str(client.create_secret(Name=NAME, **secret)["ARN"])

        yield create


def environment(**more: str) -> dict[str, str]:
    return {SECRET_NAME_SETTING: NAME, "AWS_REGION": REGION, **more}


def loaded(values: Any, store: Store) -> dict[str, str]:
    store(SecretString=json.dumps(values))
    found = environment()
    load_secrets(found)
    return found


def test_the_keys_become_variables_and_the_secret_wins(store: Store) -> None:
    store(SecretString=json.dumps({"SECRET_KEY": "of the secret", "DATABASE_URL": "postgresql://"}))
    found = environment(SECRET_KEY="of the function", DEBUG="off")
    assert load_secrets(found) == ["DATABASE_URL", "SECRET_KEY"]
    assert found == environment(SECRET_KEY="of the secret", DEBUG="off", DATABASE_URL="postgresql://")


def test_a_value_that_is_no_text_becomes_json(store: Store) -> None:
    values = {"A": "on", "B": "", "C": "é", "D": 335, "E": 0, "F": True, "G": False, "H": ["did:key:1"], "I": {"a": 1}}
    texts = ["on", "", "é", "335", "0", "true", "false", '["did:key:1"]', '{"a": 1}']
    found = loaded(values, store)
    assert [found[name] for name in values] == texts


def test_null_leaves_the_variable_alone(store: Store) -> None:
    store(SecretString='{"DEBUG": null}')
    found = environment(DEBUG="off")
    assert load_secrets(found) == []
    assert found["DEBUG"] == "off"


def test_the_secret_may_be_named_by_its_arn_which_has_its_region(store: Store) -> None:
    arn = store(SecretString='{"A": "1"}')
    found = {SECRET_NAME_SETTING: arn, "AWS_REGION": "eu-west-1"}
    assert load_secrets(found) == ["A"]


@pytest.mark.parametrize("value", [None, "", "  "])
def test_without_the_setting_nothing_is_asked_and_boto3_is_not_needed(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    found = {} if value is None else {SECRET_NAME_SETTING: value}
    assert load_secrets(found) == []
    assert found == ({} if value is None else {SECRET_NAME_SETTING: value})


def test_without_boto3_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(SecretUnavailable, match=r"package boto3 is missing"):
        load_secrets(environment())


@pytest.mark.parametrize(
    "text",
    [
        VALUE,
        f'"{VALUE}"',
        f'["{VALUE}"]',
        f'{{"A": "{VALUE}"',
        f'{{"": "{VALUE}"}}',
        f'{{"A=B": "{VALUE}"}}',
        f'{{"A": "{VALUE}\\u0000"}}',
    ],
)
def test_a_secret_of_another_form_is_refused_without_showing_it(text: str, store: Store) -> None:
    store(SecretString=text)
    found = environment()
    with pytest.raises(SecretUnavailable) as caught:
        load_secrets(found)
    assert NAME in str(caught.value)
    assert VALUE not in str(caught.value)
    assert found == environment()


def test_a_binary_secret_is_refused(store: Store) -> None:
    store(SecretBinary=b"{}")
    with pytest.raises(SecretUnavailable, match="binary"):
        load_secrets(environment())


@pytest.mark.usefixtures("store")
def test_a_secret_that_does_not_exist_is_named() -> None:
    with pytest.raises(SecretUnavailable, match=rf"'{NAME}'.*ResourceNotFoundException"):
        load_secrets(environment())


@pytest.mark.usefixtures("store")
def test_a_region_that_is_not_known_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with pytest.raises(SecretUnavailable, match="NoRegionError"):
        load_secrets({SECRET_NAME_SETTING: NAME})


def test_a_manager_that_does_not_answer_is_asked_three_times_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def unreachable(*_: Any) -> Any:
        asked.append(1)
        raise ConnectTimeoutError(endpoint_url="https://secretsmanager")

    for name in CREDENTIALS:
        monkeypatch.setenv(name, "testing")
    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", unreachable)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    with pytest.raises(SecretUnavailable, match="ConnectTimeoutError"):
        load_secrets(environment())
    assert len(asked) == lambda_secrets.ATTEMPTS
