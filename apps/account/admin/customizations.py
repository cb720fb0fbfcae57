"""Customizations (contract, section 6.5): a community's dashboard, and its weights on top of its scorer's."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator, validate_slug
from django.db.models import Model
from django.http import HttpRequest

from apps.account.admin.embed_sections import EmbedPlatformInline, EmbedSectionInline
from apps.account.models import AllowList, CustomCredential, Customization, IncludedChainId
from scorer_v2.admin_site.buttons import row_button
from scorer_v2.admin_site.model_admin import IndexedAdmin, RowsInline
from scorer_v2.database.optional_schema import has_table

if TYPE_CHECKING:  # unfold has no types
    from django.forms import BaseInlineFormSet

    _InlineFormSet = BaseInlineFormSet[Model, Model, forms.ModelForm[Model]]
else:
    from unfold.forms import PaginationInlineFormSet as _InlineFormSet

COLOUR = RegexValidator(r"^#[0-9A-Fa-f]{3}(?:[0-9A-Fa-f]{3})?\Z", "A colour is # and three or six hex digits.")
COLOURS = (
    "customization_background_1",
    "customization_background_2",
    "customization_background_3",
    "customization_foreground_1",
    "customization_foreground_2",
    "logo_background",
)
CHAIN_ID = RegexValidator(r"^(?:0x[0-9a-fA-F]+|[0-9]+)\Z", "A chain id is a number, decimal or hex with 0x.")
HTTPS = URLValidator(schemes=["https", "http"])


class CustomizationForm(forms.ModelForm):  # type: ignore[type-arg]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = [(name, COLOUR) for name in COLOURS]
        for name, validator in (*wanted, ("path", validate_slug), ("body_action_url", HTTPS)):
            if name in self.fields:
                self.fields[name].validators.append(validator)


class WeightForm(forms.ModelForm):  # type: ignore[type-arg]  # of both kinds
    def clean_weight(self) -> Any:
        weight = self.cleaned_data["weight"]
        if weight < 0:
            raise ValidationError("A weight is 0 or more.")
        return weight


class EachOnce(_InlineFormSet):
    """Refuses two rows for the same thing: only one of their weights would count."""

    once: str

    def clean(self) -> None:
        super().clean()
        seen = set()
        for form in self.forms:
            if form in self.deleted_forms or not form.is_valid():
                continue
            thing = form.cleaned_data.get(self.once)
            if thing is not None and thing in seen:
                form.add_error(self.once, "This one is there twice.")
                raise ValidationError(f"{thing} is there twice.")
            seen.add(thing)


class AllowListsOnce(EachOnce):
    once = "address_list"


class CredentialsOnce(EachOnce):
    once = "ruleset"


class ChainForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_chain_id(self) -> str:
        chain_id = str(self.cleaned_data["chain_id"]).strip()
        CHAIN_ID(chain_id)
        return chain_id


class AllowListInline(RowsInline):
    model = AllowList
    form = WeightForm
    formset = AllowListsOnce
    raw_id_fields = ("address_list",)


class CustomCredentialInline(RowsInline):
    model = CustomCredential
    form = WeightForm
    formset = CredentialsOnce
    raw_id_fields = ("ruleset", "platform")


class IncludedChainIdInline(RowsInline):
    model = IncludedChainId
    form = ChainForm
    show_change_link = False


@admin.register(Customization)
class CustomizationAdmin(IndexedAdmin):
    form = CustomizationForm
    list_display = ("partner_name", "path", "scorer", "use_custom_dashboard_panel")
    list_select_related = ("scorer",)
    search_fields = ("path", "partner_name")
    raw_id_fields = ("scorer",)
    inlines = (
        AllowListInline,
        CustomCredentialInline,
        IncludedChainIdInline,
        EmbedSectionInline,
        EmbedPlatformInline,
    )
    actions_detail = ("change_weights",)
    change_weights = row_button(
        "Change weights", page="change_overlay", permission="account.change_customization", icon="balance"
    )

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> list[Any]:
        return [inline for inline in super().get_inlines(request, obj) if has_table(inline.model)]
