"""Every change of a row in the admin site says why; log and history have it beside what changed."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.admin.utils import construct_change_message
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from scorer_v2.admin_site.change_log import note, reasoned
from scorer_v2.admin_site.forms import LOG_REASON, LogReasonField, ReasonedForm

if TYPE_CHECKING:  # unfold's classes are Django's with another look, and Django's are generic for the type checker only
    from django.contrib import admin

    _ModelAdmin = admin.ModelAdmin[Model]
    _ModelForm = forms.ModelForm[Model]
else:
    _ModelForm = forms.ModelForm
    from unfold.admin import ModelAdmin as _ModelAdmin

LONGEST_SHOWN = 80
_REASON_FIELDSET = ("Log", {"fields": (LOG_REASON,)})


class ReasonedModelForm(_ModelForm):
    log_reason = LogReasonField()

    @property
    def changed_data(self) -> list[str]:
        """The reason alone changes nothing."""
        return [name for name in super().changed_data if name != LOG_REASON]


class ReasonedAdmin(_ModelAdmin):
    """Asks why on every form that changes, adds or deletes a row. Nothing is deleted in bulk."""

    delete_confirmation_template = "scorer_v2/admin/delete_confirmation.html"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        own = getattr(self, "add_form", self.form) if obj is None else self.form
        base = kwargs.pop("form", None) or own
        kwargs["form"] = type(f"Reasoned{base.__name__}", (ReasonedModelForm, base), {})
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The reason comes last, for those who can save."""
        others = [_without_reason(fieldset) for fieldset in super().get_fieldsets(request, obj)]
        may = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return [*others, _REASON_FIELDSET] if may else others

    def construct_change_message(  # type: ignore[override]  # a text is shown as it is
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        form: Any,
        formsets: Any,
        add: bool = False,
    ) -> str:
        parts = construct_change_message(form, formsets, add)
        said = LogEntry(change_message=json.dumps(parts)).get_change_message()
        return reasoned(" ".join([said, *([] if add else changes(form))]), form.cleaned_data[LOG_REASON])

    def get_actions(self, request: HttpRequest) -> Any:
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        form = ReasonedForm(request.POST or None)
        if request.method == "POST" and not form.is_valid():
            request.POST = request.POST.__class__()  # asked again, as if for the first time
        return super().delete_view(request, object_id, {"reason_form": form, **(extra_context or {})})

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        note(request, list(queryset), "Deleted.", reason=request.POST[LOG_REASON], flag=DELETION)


def changes(form: "forms.ModelForm[Model]") -> Iterator[str]:
    """Before and after of what is short enough, and no secret."""
    for name in form.changed_data:
        if isinstance(form.fields[name].widget, forms.PasswordInput):
            continue
        before, after = _shown(form.initial.get(name)), _shown(form.cleaned_data.get(name))
        if max(len(before), len(after)) <= LONGEST_SHOWN:
            yield f"{form.fields[name].label}: {before} → {after}."


def _shown(value: object) -> str:
    if isinstance(value, list | tuple | QuerySet):
        return ", ".join(map(str, value)) or "none"
    return "empty" if value in (None, "") else str(value.pk if isinstance(value, Model) else value)


def _without_reason(fieldset: Any) -> Any:
    name, options = fieldset
    return name, {**options, "fields": [field for field in options["fields"] if field != LOG_REASON]}
