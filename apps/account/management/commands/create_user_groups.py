"""`manage.py create_user_groups`: the groups of the admin site, with what each may do."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q, QuerySet

from scorer_v2.operations.command import OperationsCommand, Report

OURS = ("account", "ceramic_cache", "cgrants", "registry", "scorer_weighted", "stake")
READS = Q(content_type__app_label__in=OURS, codename__startswith="view_")
READS_THE_LOG = Q(content_type__app_label="admin", codename="view_logentry")
DOES_ALL = Q(content_type__app_label__in=OURS)

GROUPS = {"support": READS | READS_THE_LOG, "operations": DOES_ALL | READS_THE_LOG}
"""Name and permissions. What no page offers, such as changing an event, stays impossible all the same."""


class Command(OperationsCommand):
    help = (
        "Make the groups support (reads and explains everything) and operations (changes it), or give them what they "
        "lack. Permissions that a group has besides stay; other groups are left alone. Run it after every migrate."
    )

    def run(self, *, dry_run: bool, **options: Any) -> Report:  # noqa: ARG002 - the base's
        with transaction.atomic():
            counts = {f"{name}_permissions_added": _complete(name, wanted) for name, wanted in GROUPS.items()}
            transaction.set_rollback(dry_run)
        return Report(counts=counts)


def _complete(name: str, wanted: Q) -> int:
    """How many permissions the group lacked."""
    group, _ = Group.objects.get_or_create(name=name)
    missing: QuerySet[Permission] = Permission.objects.filter(wanted).exclude(group=group)
    count = missing.count()
    group.permissions.add(*missing)
    return count
