"""The templates keep to CloudFormation's rules."""

from pathlib import Path

import pytest
from cfnlint.api import ManualArgs, lint

from tests.infrastructure.account import REGION, TEMPLATES


@pytest.mark.parametrize("template", [pytest.param(path, id=path.name) for path in TEMPLATES])
def test_cfn_lint_finds_nothing(template: Path) -> None:
    found = lint(
        template.read_text(), config=ManualArgs(regions=[REGION], include_checks=["I"], ignore_checks=["I3042"])
    )
    assert [f"{match.linenumber}: {match.rule.id} {match.message}" for match in found] == []


def test_there_are_templates() -> None:
    assert {path.name for path in TEMPLATES} == {
        "alarms.yaml",
        "cloudwatch.yaml",
        "load-balancers.yaml",
        "routing.yaml",
        "service.yaml",
    }
