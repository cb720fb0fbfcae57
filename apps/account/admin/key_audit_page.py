"""The audit of API keys: those that are refused though in use, and those that are slow to prove."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html

from apps.account.key_audit import (
    EXPIRED,
    MAY_NOT_READ,
    ONLY_PBKDF2,
    REVOKED,
    KeyFinding,
    audit_api_keys,
)
from scorer_v2.admin_site.form_pages import Table, told
from scorer_v2.admin_site.forms import PageForm
from scorer_v2.admin_site.pages import AdminPage, page
from scorer_v2.database.bulk import patient_transaction
from scorer_v2.primitives.errors import DatabaseUnavailable

PROBLEMS: Mapping[str, str] = {
    REVOKED: "Revoked, and called all the same",
    EXPIRED: "Expired",
    MAY_NOT_READ: "Asks for scores without `read_scores`: 403",
    ONLY_PBKDF2: "Slow: proven by PBKDF2 until its next use",
}
DEFAULT_DAYS = 7
MOST_DAYS = 90


class AuditForm(PageForm):
    days = forms.IntegerField(
        min_value=1, max_value=MOST_DAYS, initial=DEFAULT_DAYS, label="Days", help_text="How far back a call counts."
    )


@page
class AuditKeys(AdminPage):
    path = "account/audit-api-keys/"
    name = "audit_keys"
    title = "Audit of API keys"
    permissions = ("account.view_accountapikey",)
    template_name = "account/admin/key_audit.html"
    explanation = (
        "Calls are known from the analytics rows. manage.py audit_api_keys does the same without a time limit."
    )

    def get(self, request: HttpRequest) -> HttpResponseBase:
        form = AuditForm(request.GET or {"days": DEFAULT_DAYS})
        if not form.is_valid():
            return self.show(page=self, form=form)
        try:
            with patient_transaction():
                findings = audit_api_keys(days=form.cleaned_data["days"])
        except DatabaseUnavailable as failure:
            form.add_error(None, told(failure))
            return self.show(page=self, form=form, status=503)
        findings.sort(key=lambda finding: not finding.is_in_use)
        return self.show(page=self, form=form, findings=_table(findings))


def _table(findings: list[KeyFinding]) -> Table:
    headers = ("Key", "Account", "Problem", "In use", "Calls", "Latest call")
    return Table("Findings", headers, [_row(finding) for finding in findings], identity="findings")


def _row(finding: KeyFinding) -> tuple[Any, ...]:
    key = finding.key
    url = f"{reverse('admin:account_accountapikey_changelist')}?q={key.prefix}"
    link = format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}">{} ({})</a>', url, key.name, key.prefix
    )
    latest = f"{key.last_call:%Y-%m-%d %H:%M} UTC" if key.last_call else "-"
    return link, key.account, PROBLEMS[finding.problem], "yes" if finding.is_in_use else "no", f"{key.calls:,}", latest
