"""An AWS account that is none, with the stacks of `deploy/` in it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import boto3
from django.conf import settings
from moto import mock_aws
from moto.cloudformation import cloudformation_backends
from moto.cloudformation.parsing import clean_json

REGION = "us-west-2"
ACCOUNT = "123456789012"
SERVICE = "scorer-v2-production"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:pages"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:scorer-v2-AbCdEf"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": REGION}

DEPLOY = settings.BASE_DIR / "deploy"
TEMPLATES = [*sorted((DEPLOY / "cloudformation").glob("*.yaml")), *sorted((DEPLOY / "dashboards").glob("*.yaml"))]

# The target groups of the replaced service, by the parameter of routing.yaml that names them.
OLD_GROUPS = (
    "OldScoreTargetGroup",
    "OldHistoryTargetGroup",
    "OldBulkStampsTargetGroup",
    "OldUserScoreTargetGroup",
    "OldEmbedStampsTargetGroup",
    "OldValidateKeyTargetGroup",
    "OldEmbedScoreTargetGroup",
    "OldInternalTargetGroup",
)
NEW_GROUPS = {"Public": "scorer-v2-public-production", "Internal": "scorer-v2-internal-production"}


@dataclass
class Account:
    """`listeners` by side, `Public` or `Internal`; `groups` are names of target groups by their ARN."""

    network: dict[str, str]
    listeners: dict[str, str]
    old_groups: dict[str, str]

    def apply(self, stack: str, template: str, **parameters: str) -> dict[str, str]:
        """Make the stack, or change it; its outputs."""
        body = next(path for path in TEMPLATES if path.name == template).read_text()
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
        cloudformation = boto3.client("cloudformation")
        names = {found["StackName"] for found in cloudformation.describe_stacks()["Stacks"]}
        act = cloudformation.update_stack if stack in names else cloudformation.create_stack
        act(StackName=stack, TemplateBody=body, Parameters=given, Capabilities=["CAPABILITY_IAM"])
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
        assert found["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), found
        return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}

    def route(self, *, percent: int = 0, **parameters: str) -> None:
        """Make the stack of the rules, or change it."""
        listeners = {f"{side}ListenerArn": arn for side, arn in self.listeners.items()}
        given = {
            "ServiceStack": SERVICE,
            "NewServicePercent": str(percent),
            **listeners,
            **self.old_groups,
            **parameters,
        }
        self.apply("routing", "routing.yaml", **given)

    def resolved(self, stack: str) -> dict[str, dict[str, Any]]:
        """The properties of the stack's resources by name: all of them, also those that the stand-in has no use for."""
        stacks = cloudformation_backends[ACCOUNT][REGION].stacks.values()
        (resources,) = (each.resource_map for each in stacks if each.name == stack)
        described = resources._template["Resources"].items()
        return {name: clean_json(resource["Properties"], resources) for name, resource in described}

    def group_names(self) -> dict[str, str]:
        groups = boto3.client("elbv2").describe_target_groups()["TargetGroups"]
        return {group["TargetGroupArn"]: group["TargetGroupName"] for group in groups}

    def rules(self, side: str) -> list[dict[str, Any]]:
        rules: list[dict[str, Any]] = boto3.client("elbv2").describe_rules(ListenerArn=self.listeners[side])["Rules"]
        return rules


@contextmanager
def account(**routing: str) -> Iterator[Account]:
    """With the load balancers, the service and its routing."""
    with patch.dict(os.environ, CREDENTIALS), mock_aws():
        network = _network()
        _package()
        made = Account(network, {}, {})
        outputs = made.apply(
            "load-balancers",
            "load-balancers.yaml",
            Stage="production",
            VpcId=network["vpc"],
            PublicSubnetIds=network["subnets"],
            PrivateSubnetIds=network["subnets"],
            CertificateArn=boto3.client("acm").request_certificate(DomainName="*.passport.xyz")["CertificateArn"],
        )
        made.listeners.update({side: outputs[f"{side}Listener"] for side in ("Public", "Internal")})
        made.old_groups.update({name: _old_group(name, network["vpc"]) for name in OLD_GROUPS})
        made.apply(SERVICE, "service.yaml", **_service_parameters(network))
        made.route(**routing)
        yield made


def _service_parameters(network: Mapping[str, str]) -> dict[str, str]:
    return {
        "Stage": "production",
        "PackageBucket": "packages",
        "PackageKey": "scorer-v2.zip",
        "SecretArn": SECRET,
        "VpcId": network["vpc"],
        "SubnetIds": network["subnets"],
        "AlarmTopicArn": TOPIC,
    }


def _network() -> dict[str, str]:
    ec2 = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")
        for number, zone in enumerate("ab")
    ]
    return {"vpc": vpc, "subnets": ",".join(subnet["Subnet"]["SubnetId"] for subnet in subnets)}


def _package() -> None:
    store = boto3.client("s3")
    store.create_bucket(Bucket="packages", CreateBucketConfiguration={"LocationConstraint": REGION})
    store.put_object(Bucket="packages", Key="scorer-v2.zip", Body=b"PK")


def _old_group(parameter: str, vpc: str) -> str:
    name = parameter.removesuffix("TargetGroup")
    made = boto3.client("elbv2").create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc)
    return str(made["TargetGroups"][0]["TargetGroupArn"])
