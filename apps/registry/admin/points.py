"""Human points: what actions are worth, and what addresses were given (contract, section 3.11)."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest

from apps.registry.models import (
    HumanPoints,
    HumanPointsCommunityQualifiedUsers,
    HumanPointsConfig,
    HumanPointsMultiplier,
)
from scorer_v2.admin_site.model_admin import IndexedAdmin
from scorer_v2.primitives.addresses import checked_address
from scorer_v2.primitives.errors import InvalidAddress

LARGEST_CHAIN_ID = 2**31 - 1
MOST_POINTS = 1_000_000
MOST_TIMES = 1_000


class AddressForm(forms.ModelForm):  # type: ignore[type-arg]  # of several models
    """Rows are found by the lowercase address with 0x: nothing else may be stored."""

    def clean_address(self) -> str:
        text = self.cleaned_data["address"].strip()
        try:
            address = checked_address(text)
        except InvalidAddress as invalid:
            raise ValidationError("This is no Ethereum address, or its checksum is wrong.") from invalid
        if not address.startswith("0x"):
            raise ValidationError("The address has no 0x in front.")
        return address


class PointsForm(AddressForm):
    def clean_chain_id(self) -> int:
        return _within(self.cleaned_data["chain_id"], 0, LARGEST_CHAIN_ID)


class ConfigForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_points(self) -> int:
        return _within(self.cleaned_data["points"], 0, MOST_POINTS)


class MultiplierForm(AddressForm):
    def clean_multiplier(self) -> int:
        return _within(self.cleaned_data["multiplier"], 1, MOST_TIMES)


def _within(number: int, lowest: int, highest: int) -> int:
    if not lowest <= number <= highest:
        raise ValidationError(f"From {lowest:,} to {highest:,}.")
    return number


@admin.register(HumanPoints)
class HumanPointsAdmin(IndexedAdmin):
    form = PointsForm
    list_display = ("id", "address", "action", "chain_id", "provider", "tx_hash", "timestamp")
    list_filter = ("action",)
    search_fields = ("address__exact",)


@admin.register(HumanPointsCommunityQualifiedUsers)
class QualifiedUsersAdmin(IndexedAdmin):
    form = AddressForm
    list_display = ("id", "address", "community")
    list_select_related = ("community",)
    search_fields = ("address__exact",)
    raw_id_fields = ("community",)


@admin.register(HumanPointsConfig)
class HumanPointsConfigAdmin(IndexedAdmin):
    form = ConfigForm
    list_display = ("action", "name", "points", "active")
    list_filter = ("active",)

    @admin.display(description="What for")
    def name(self, config: HumanPointsConfig) -> str:
        return config.get_action_display()

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        fixed = ("action",) if obj else ()
        return (*super().get_readonly_fields(request, obj), *fixed)


@admin.register(HumanPointsMultiplier)
class HumanPointsMultiplierAdmin(IndexedAdmin):
    form = MultiplierForm
    list_display = ("address", "multiplier")
    search_fields = ("address__exact",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """The address is the row's key: another one would be another row."""
        fixed = ("address",) if obj else ()
        return (*super().get_readonly_fields(request, obj), *fixed)
