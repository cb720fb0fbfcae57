"""Custom credential rulesets (contract, section 6.5): fixed once they are made."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from apps.account.models import CustomCredentialRuleset
from apps.account.models.custom_credentials import CredentialType
from apps.account.rulesets.definitions import InvalidDefinition, check_definition, provider_id_of
from scorer_v2.admin_site.model_admin import PermanentAdmin


class RulesetForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = CustomCredentialRuleset
        fields = ("credential_type", "definition")

    def clean_definition(self) -> Any:
        try:
            check_definition(self.cleaned_data["definition"])
        except InvalidDefinition as invalid:
            raise ValidationError(str(invalid)) from invalid
        return self.cleaned_data["definition"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "definition" in cleaned and "credential_type" in cleaned:
            type_name = CredentialType(cleaned["credential_type"]).label
            self.instance.name = check_definition(cleaned["definition"])
            self.instance.provider_id = provider_id_of(type_name=type_name, definition=cleaned["definition"])
            if CustomCredentialRuleset.objects.filter(provider_id=self.instance.provider_id).exists():
                self.add_error("definition", f"There is this ruleset already: {self.instance.provider_id}.")
        return cleaned


@admin.register(CustomCredentialRuleset)
class CustomCredentialRulesetAdmin(PermanentAdmin):
    """A change would be another provider: it needs a new ruleset."""

    form = RulesetForm
    list_display = ("provider_id", "credential_type", "name")
    search_fields = ("provider_id", "name")
    fields = ("credential_type", "definition")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 - Django's signature
        return ("provider_id", "credential_type", "name", "definition") if obj else ("credential_type", "definition")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's signature
        return ("provider_id", "credential_type", "name", "definition") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False
