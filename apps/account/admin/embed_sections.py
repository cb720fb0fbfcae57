"""What the embedded widget shows for a community: titles of sections, and the inlines of a customization."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model

from apps.account.models import Customization, EmbedSectionHeader, EmbedSectionOrder, EmbedStampPlatform
from scorer_v2.admin_site.model_admin import RowsInline
from scorer_v2.admin_site.optional_tables import OptionalTableAdmin

if TYPE_CHECKING:  # unfold has no types
    from django.forms import BaseInlineFormSet

    _InlineFormSet = BaseInlineFormSet[Model, Model, forms.ModelForm[Model]]
else:
    from unfold.forms import PaginationInlineFormSet as _InlineFormSet


@admin.register(EmbedSectionHeader)
class EmbedSectionHeaderAdmin(OptionalTableAdmin):
    list_display = ("name",)
    search_fields = ("name",)


class EmbedSectionInline(RowsInline):
    model = EmbedSectionOrder
    raw_id_fields = ("section",)


class PlatformsInSections(_InlineFormSet):
    """Refuses a platform whose section the customization does not have: nobody would see it.

    The sections are those of the same form: new ones count, those being deleted do not.
    """

    def clean(self) -> None:
        super().clean()
        sections = _sections_in(self.data)
        for form in self.forms:
            if form in self.deleted_forms or not form.is_valid():
                continue
            section = form.cleaned_data.get("section")
            if section is not None and section not in sections:
                form.add_error("section", f"The customization has no section {section}.")
                raise ValidationError(f"The customization has no section {section}.")


class EmbedPlatformInline(RowsInline):
    model = EmbedStampPlatform
    formset = PlatformsInSections
    raw_id_fields = ("section", "platform")


def _sections_in(data: Any) -> set[Model]:
    """The sections that a customization has once the form with this data is saved."""
    sections = forms.inlineformset_factory(Customization, EmbedSectionOrder, fields=("section", "order"))(data)
    kept = [form for form in sections.forms if form.is_valid() and form not in sections.deleted_forms]
    return {form.cleaned_data["section"] for form in kept if form.cleaned_data.get("section")}
