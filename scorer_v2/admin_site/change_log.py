"""The log of the admin site: who changed what, and why."""

from collections.abc import Sequence

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.db.models import Model
from django.http import HttpRequest

SHOWN = 10
MAY_READ = "admin.view_logentry"

__all__ = ["ADDITION", "CHANGE", "DELETION", "latest_changes", "note", "reasoned"]


def reasoned(message: str, reason: str) -> str:
    """What was done and why, as it stands in the log."""
    return f"{message.rstrip()} Why: {reason.strip()}".lstrip()


def note(request: HttpRequest, objects: Sequence[Model], message: str, *, reason: str, flag: int = CHANGE) -> None:
    """Writes one entry for each object: who, when, what, why. To be called in the transaction of the change."""
    LogEntry.objects.log_actions(
        user_id=int(request.user.pk or 0),
        queryset=objects,
        action_flag=flag,
        change_message=reasoned(message, reason),
    )


def latest_changes(request: HttpRequest) -> list[LogEntry]:
    """The last entries by anybody, for those who may read the log."""
    if not request.user.has_perm(MAY_READ):
        return []
    return list(LogEntry.objects.select_related("user", "content_type").order_by("-pk")[:SHOWN])
