"""`manage.py compare_services`: do two services answer, and write, the same?"""

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scorer_v2.conf import settings
from scorer_v2.operations.command import Progress
from scorer_v2.primitives.errors import DatabaseUnavailable
from tools.comparison.calls import NoUrl, Service
from tools.comparison.reports import as_html, as_json, as_text
from tools.comparison.requests import BadRequests, Request, read_requests, requests_of_analytics
from tools.comparison.rows import Clone, CloneError
from tools.comparison.run import Comparison, Report, ServiceError

UNUSABLE = 2


class Command(BaseCommand):
    help = (
        "Sends the same requests to two services and reports what differs in status and body, by endpoint and field. "
        "Exit status 0: nothing, or not more than --fail-over-rate; 1: there are differences; 2: it could not be done. "
        "Credentials come from the environment: COMPARE_API_KEY for /v2, COMPARE_INTERNAL_TOKEN for /internal."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--old", required=True, metavar="URL", help="The service that is right.")
        parser.add_argument("--new", required=True, metavar="URL", help="The service that is compared with it.")
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument(
            "--requests",
            type=Path,
            metavar="FILE",
            help='A JSON object a line: {"path": "/internal/...", "method": "GET", "headers": {}, "body": null}.',
        )
        source.add_argument("--from-analytics", type=int, metavar="N", help="The last N requests of partners.")
        parser.add_argument(
            "--on-clones",
            nargs=2,
            metavar=("OLD_DB", "NEW_DB"),
            help="URLs of two clones of one database, one behind each service: scoring endpoints are sent too, and "
            "rows are compared. Never production.",
        )
        parser.add_argument("--ignore", action="append", default=[], metavar="FIELD", help="A field that may differ.")
        parser.add_argument(
            "--fail-over-rate", type=_rate, default=0.0, metavar="0-1", help="The share that may differ."
        )
        parser.add_argument("--timeout", type=float, default=30.0, metavar="SECONDS", help="For one answer.")
        parser.add_argument("--html", type=Path, metavar="FILE", help="Write a report to look at.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        try:
            report = self._compare(options)
        except (BadRequests, CloneError, NoUrl, ServiceError, OSError, DatabaseUnavailable) as fault:
            raise CommandError(str(fault), returncode=UNUSABLE) from fault
        if options["html"]:
            made_at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
            options["html"].write_text(as_html(report, made_at=made_at), encoding="utf-8")
        for line in [json.dumps(as_json(report), indent=2)] if options["json"] else as_text(report):
            self.stdout.write(line)
        # Rows have no rate: one that differs is one too many.
        if report.rate > options["fail_over_rate"] or report.rows:
            sys.exit(1)

    def _compare(self, options: dict[str, Any]) -> Report:
        requests = [_with_credentials(request) for request in _requests(options)]
        if not requests:
            raise BadRequests("There are no requests to send.")
        old = Service(options["old"], headers={settings.ROLLOUT_HEADER: "false"}, timeout=options["timeout"])
        new = Service(options["new"], headers={settings.ROLLOUT_HEADER: "true"}, timeout=options["timeout"])
        clones = _clones(options["on_clones"])
        progress = Progress(self.stderr)
        comparison = Comparison(
            old,
            new,
            clones=clones,
            ignored=options["ignore"],
            progress=lambda done: progress(done, len(requests)),
        )
        try:
            return comparison.run(requests)
        finally:
            progress.close()
            for closable in (old, new, *(clones or ())):
                closable.close()


def _requests(options: dict[str, Any]) -> Sequence[Request]:
    if options["requests"]:
        return list(read_requests(options["requests"]))
    return requests_of_analytics(options["from_analytics"])


def _with_credentials(request: Request) -> Request:
    """The request with the key or token of its door, unless it brings its own."""
    given = {name.lower() for name in request.headers}
    if given & {"authorization", "x-api-key"}:
        return request
    is_partners = request.path.startswith(("/v2/", "/internal/embed/validate-api-key"))
    if is_partners:
        extra = {"X-API-Key": os.environ.get("COMPARE_API_KEY", "")}
    elif request.path.startswith("/internal/"):
        extra = {"Authorization": os.environ.get("COMPARE_INTERNAL_TOKEN", settings.CGRANTS_API_TOKEN)}
    else:
        extra = {}
    headers = {**request.headers, **{name: value for name, value in extra.items() if value}}
    return Request(request.method, request.path, headers, request.body)


def _clones(urls: Sequence[str] | None) -> tuple[Clone, Clone] | None:
    if urls is None:
        return None
    old, new = (Clone(url) for url in urls)
    if old.place == new.place:
        raise CloneError("The clones must be two databases.")
    return old, new


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 <= rate <= 1:
        raise ValueError(text)
    return rate
