"""`manage.py audit_api_keys`: keys that the stricter rules refuse though somebody uses them."""

from collections import Counter
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from apps.account.key_audit import (
    EXPIRED,
    MAY_NOT_READ,
    ONLY_PBKDF2,
    REFUSED,
    REVOKED,
    KeyFinding,
    audit_api_keys,
)
from scorer_v2.operations.command import OperationsCommand, Report, positive_number


class Command(OperationsCommand):
    writes = False
    help = (
        "List keys that are expired, revoked but used, used without the permission to read scores, or proven by PBKDF2 "
        "only. Exit status 1 when one in use is, or will be, refused. Uses are known from analytics rows."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=positive_number, default=30, help="how far back a use counts")

    def run(self, *, days: int, **options: Any) -> Report:  # noqa: ARG002 - the base's
        findings = audit_api_keys(days=days)
        found = Counter(finding.problem for finding in findings)
        refused = sum(finding.is_in_use and finding.problem in REFUSED for finding in findings)
        counts = {problem: found[problem] for problem in (EXPIRED, REVOKED, MAY_NOT_READ, ONLY_PBKDF2)}
        return Report(
            counts={**counts, "refused_in_use": refused},
            lines=[_line(finding) for finding in findings],
            details={"findings": [asdict(finding) for finding in findings]},
            failed=refused > 0,
        )


def _line(finding: KeyFinding) -> str:
    key = finding.key
    used = f"{key.calls} calls, the last at {key.last_call.isoformat()}" if key.last_call else "not used lately"
    return f"{key.prefix} {finding.problem}: {key.name!r} of {key.account}, {used}"
