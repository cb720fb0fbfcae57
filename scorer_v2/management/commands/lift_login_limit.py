"""`manage.py lift_login_limit`: let somebody log in to the admin site again, after too many wrong passwords."""

from typing import Any

from django.core.management.base import CommandParser

from apps.account.rate_limits import parse_limit
from scorer_v2.admin_site.login_windows import lift_caller, lift_name
from scorer_v2.conf import settings
from scorer_v2.operations.command import OperationsCommand, Report


class Command(OperationsCommand):
    writes = False  # nothing in the database
    help = "Let a user name, or a caller, try to log in to the admin site again. Needs the Redis that the service uses."

    def add_options(self, parser: CommandParser) -> None:
        wanted = parser.add_mutually_exclusive_group(required=True)
        wanted.add_argument("--username")
        wanted.add_argument("--caller", metavar="ADDRESS", help="an IP address")

    def run(self, *, username: str | None, caller: str | None, **options: Any) -> Report:  # noqa: ARG002 - the base's
        limit = parse_limit(settings.ADMIN_LOGIN_RATE_LIMIT)
        if username is not None:
            lift_name(username)
        elif limit is not None and caller is not None:
            lift_caller(limit, caller)
        return Report(counts={"lifted": 1})
