"""People of the team."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client

from tests.operations.conftest import scoring_world

__all__ = ["scoring_world"]


def member(*groups: str, name: str = "", **columns: Any) -> User:
    """A user of the team who is in these groups."""
    if groups:
        call_command("create_user_groups", stdout=StringIO())
    columns = {"is_staff": True, **columns}
    user = get_user_model().objects.create_user(name or "-".join(groups) or "nobody", password="right", **columns)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


@pytest.fixture
def log_in(db: None) -> Callable[..., Client]:
    """A browser in which somebody of these groups is logged in: `log_in("operations")`."""

    def made(*groups: str, **columns: Any) -> Client:
        browser = Client()
        browser.force_login(member(*groups, **columns))
        return browser

    return made
