"""The function: who may call it, what it may read, and what it is told."""

import importlib
import json
from fnmatch import fnmatchcase
from typing import Any

import boto3
import pytest
from cfnlint.decode import decode

from tests.infrastructure.account import ACCOUNT, NEW_GROUPS, REGION, SECRET, SERVICE, TEMPLATES, Account
from tests.infrastructure.routing import SIDES


@pytest.fixture(scope="module")
def resources(aws: Account) -> dict[str, Any]:
    return aws.resolved(SERVICE)


def test_its_handler_exists(resources: dict[str, Any]) -> None:
    module, _, name = resources["Function"]["Handler"].rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))


def test_its_size_and_processor(resources: dict[str, Any]) -> None:
    function = resources["Function"]
    assert (function["MemorySize"], function["Timeout"], function["Architectures"]) == (1024, 30, ["arm64"])


def test_it_has_the_settings_that_are_no_secrets_and_the_name_of_the_others(resources: dict[str, Any]) -> None:
    variables = resources["Function"]["Environment"]["Variables"]
    assert variables["SCORER_SERVER_SSM_ARN"] == SECRET
    assert variables["DEBUG"] == "off"
    assert variables["FF_API_ANALYTICS"] == "on"
    assert variables["ROLLOUT_MODE"] == "header"
    assert variables["DATABASE_POOLER"] == "transaction"
    assert not {"SECRET_KEY", "DATABASE_URL", "CGRANTS_API_TOKEN", "REDIS_URL"} & set(variables)


def test_it_states_no_setting_of_points(resources: dict[str, Any]) -> None:
    """The deployment's secret decides about them, for this service and the replaced one alike."""
    variables = resources["Function"]["Environment"]["Variables"]
    assert not [name for name in variables if name.startswith("HUMAN_POINTS")]


@pytest.mark.usefixtures("aws")
def test_the_account_has_it() -> None:
    found = boto3.client("lambda").get_function_configuration(FunctionName=SERVICE)
    assert found["Environment"]["Variables"]["SCORER_SERVER_SSM_ARN"] == SECRET


@pytest.mark.parametrize("side", SIDES)
def test_each_target_group_has_the_function_and_may_call_it(side: str, resources: dict[str, Any]) -> None:
    group, permission = resources[f"{side}TargetGroup"], resources[f"{side}InvokePermission"]
    assert (group["Name"], group["TargetType"]) == (NEW_GROUPS[side], "lambda")
    assert [target["Id"] for target in group["Targets"]] == [permission["FunctionName"]]
    assert permission["FunctionName"].endswith(f":function:{SERVICE}")
    assert permission["Action"] == "lambda:InvokeFunction"
    assert permission["Principal"] == "elasticloadbalancing.amazonaws.com"
    (made,) = boto3.client("elbv2").describe_target_groups(Names=[NEW_GROUPS[side]])["TargetGroups"]
    assert fnmatchcase(made["TargetGroupArn"], permission["SourceArn"])


def test_a_target_group_may_not_call_by_the_permission_of_the_other(resources: dict[str, Any]) -> None:
    arns = [resources[f"{side}InvokePermission"]["SourceArn"] for side in SIDES]
    assert not fnmatchcase(arns[0], arns[1])
    assert not fnmatchcase(arns[1], arns[0])


@pytest.mark.usefixtures("aws")
def test_the_account_has_both_permissions_and_no_other() -> None:
    policy = json.loads(boto3.client("lambda").get_policy(FunctionName=SERVICE)["Policy"])
    sources = [statement["Condition"]["ArnLike"]["AWS:SourceArn"] for statement in policy["Statement"]]
    prefix = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup"
    assert sorted(sources) == [f"{prefix}/{name}/*" for name in sorted(NEW_GROUPS.values())]


@pytest.mark.parametrize("side", SIDES)
def test_the_permission_is_there_before_the_group_registers_the_function(side: str) -> None:
    template = next(path for path in TEMPLATES if path.name == "service.yaml")
    group = decode(str(template))[0]["Resources"][f"{side}TargetGroup"]
    assert group["DependsOn"] == f"{side}InvokePermission"


@pytest.mark.parametrize("side", SIDES)
def test_repeated_headers_and_parameters_arrive(side: str, resources: dict[str, Any]) -> None:
    attributes = resources[f"{side}TargetGroup"]["TargetGroupAttributes"]
    assert {"Key": "lambda.multi_value_headers.enabled", "Value": "true"} in attributes


def test_it_may_read_its_secret_and_no_other(resources: dict[str, Any]) -> None:
    (policy,) = resources["Role"]["Policies"]
    statements = [each for each in policy["PolicyDocument"]["Statement"] if each]
    assert [(each["Action"], each["Resource"]) for each in statements] == [("secretsmanager:GetSecretValue", SECRET)]


def test_its_logs_are_where_lambda_writes_them_and_do_not_stay_for_ever(resources: dict[str, Any]) -> None:
    group = resources["LogGroup"]
    assert group["LogGroupName"] == f"/aws/lambda/{resources['Function']['FunctionName']}"
    assert int(group["RetentionInDays"]) == 30
