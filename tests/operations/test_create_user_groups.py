"""manage.py create_user_groups."""

import pytest
from django.contrib.auth.models import Group, Permission

from tests.operations.commands import run_json

pytestmark = pytest.mark.django_db


def permissions(group: str) -> set[str]:
    return set(Permission.objects.filter(group__name=group).values_list("codename", flat=True))


def test_support_reads_everything_and_changes_nothing() -> None:
    assert run_json("create_user_groups")[0] == 0
    assert {"view_ban", "view_score", "view_accountapikey", "view_logentry"} <= permissions("support")
    assert all(name.startswith("view_") for name in permissions("support"))


def test_operations_does_everything_but_manage_the_team() -> None:
    run_json("create_user_groups")
    assert permissions("support") < permissions("operations")
    assert {"add_ban", "change_banlist", "delete_addresslistmember"} <= permissions("operations")
    assert "rescore_individual_score" in permissions("operations")
    assert not {"view_user", "change_user", "change_group", "change_logentry"} & permissions("operations")


def test_running_it_again_changes_nothing() -> None:
    first = run_json("create_user_groups")[1]
    assert min(first["support_permissions_added"], first["operations_permissions_added"]) > 30
    again = run_json("create_user_groups")[1]
    assert (again["support_permissions_added"], again["operations_permissions_added"]) == (0, 0)


def test_what_a_group_may_besides_stays_and_what_it_lacks_comes_back() -> None:
    run_json("create_user_groups")
    support = Group.objects.get(name="support")
    support.permissions.remove(Permission.objects.get(codename="view_ban"))
    support.permissions.add(Permission.objects.get(codename="change_ban"))
    assert run_json("create_user_groups")[1]["support_permissions_added"] == 1
    assert {"view_ban", "change_ban"} <= permissions("support")


def test_a_dry_run_makes_nothing() -> None:
    assert run_json("create_user_groups", "--dry-run")[1]["support_permissions_added"] > 30
    assert not Group.objects.exists()
