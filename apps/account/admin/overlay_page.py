"""The weights of a customization, changed with what that does to its community's scores before it is done."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse

from apps.account.models import AllowList, CustomCredential, Customization
from apps.registry.weight_effects.services import effect_on_community
from apps.scorer_weighted.admin.previews import changes_table, effect_counts, effect_warnings, told_change
from apps.scorer_weighted.configurations.changes import WeighingChange, changes_between
from scorer_v2.admin_site.form_pages import Done, FormPage, Preview
from scorer_v2.admin_site.forms import ReasonedForm, dress
from scorer_v2.admin_site.pages import page

Row = AllowList | CustomCredential


class OverlayForm(ReasonedForm):
    """A field for each row of the customization that has a weight."""

    def __init__(self, *args: Any, customization: Customization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields.pop("log_reason")
        for name, row in weighing_rows(customization):
            self.fields[name] = forms.DecimalField(
                label=provider_of(row), min_value=0, max_digits=7, decimal_places=4, initial=row.weight
            )
            dress(self.fields[name])
        self.fields["log_reason"] = reason


def weighing_rows(customization: Customization) -> Iterator[tuple[str, Row]]:
    """Allow lists, then custom credentials, each with the name of its field; in the order that scoring takes."""
    for allowed in customization.allow_lists.select_related("address_list").order_by("pk"):
        yield f"allow_list_{allowed.pk}", allowed
    for custom in customization.custom_credentials.select_related("ruleset").order_by("pk"):
        yield f"credential_{custom.pk}", custom


def provider_of(row: Row) -> str:
    """The provider whose stamps get the weight (contract, section 3.7)."""
    return f"AllowList#{row.address_list.name}" if isinstance(row, AllowList) else row.ruleset.provider_id


@page
class ChangeOverlay(FormPage):
    path = "account/customization/<int:pk>/weights/"
    name = "change_overlay"
    title = "Change the weights of a customization"
    permissions = ("account.change_customization",)
    form_class = OverlayForm
    explanation = "These weights win over those of the community's scorer."
    confirm_label = "Save the weights"

    def make_form(self, *args: Any, **kwargs: Any) -> forms.Form:
        return OverlayForm(*args, customization=self._find(), **kwargs)

    def initial(self) -> Mapping[str, Any]:
        return {}

    def preview(self, form: OverlayForm) -> Preview:
        customization = self._find()
        change, overlay = _change(customization, form)
        effect = effect_on_community(community_id=customization.scorer_id, overlay=overlay)
        return Preview(
            f"{customization.scorer} {'weighs otherwise' if change else 'weighs as it does'}.",
            counts=effect_counts(effect),
            warnings=list(effect_warnings(effect)),
            tables=[changes_table(change)],
            is_possible=bool(change),
        )

    def perform(self, form: OverlayForm) -> Done:
        customization = self._find()
        change, _ = _change(customization, form)
        for name, row in weighing_rows(customization):
            if row.weight != form.cleaned_data[name]:
                row.weight = form.cleaned_data[name]
                row.save(update_fields=["weight"])
        return Done(
            told_change(change), [customization], reverse("admin:account_customization_change", args=[customization.pk])
        )

    def _find(self) -> Customization:
        return get_object_or_404(Customization.objects.select_related("scorer"), pk=self.kwargs["pk"])


def _change(customization: Customization, form: OverlayForm) -> tuple[WeighingChange, Mapping[str, Decimal]]:
    """What changes, and all the weights that there are then."""
    rows = list(weighing_rows(customization))
    before = {provider_of(row): row.weight for _, row in rows}
    after = {provider_of(row): form.cleaned_data[name] for name, row in rows}
    return changes_between(before, after), after
