"""Tables of accounts, keys, communities and customizations."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from apps.account.models import (
    Account,
    AccountAPIKey,
    AccountAPIKeyAnalytics,
    AllowList,
    Community,
    CustomCredential,
    CustomCredentialRuleset,
    Customization,
    CustomPlatform,
    IncludedChainId,
)
from scorer_v2.model_admin import EditOnlyAdmin, IndexedAdmin, PermanentAdmin, ReadOnlyAdmin, RowsInline


@admin.register(Account)
class AccountAdmin(PermanentAdmin):
    list_display = ("id", "address", "user")
    list_select_related = ("user",)
    search_fields = ("address__exact", "user__username__exact")
    raw_id_fields = ("user",)


@admin.register(AccountAPIKey)
class AccountAPIKeyAdmin(EditOnlyAdmin):
    list_display = (
        "name",
        "prefix",
        "account",
        "rate_limit",
        "analysis_rate_limit",
        "embed_rate_limit",
        "revoked",
        "expiry_date",
        "created",
    )
    list_select_related = ("account",)
    search_fields = ("prefix__exact", "account__address__exact")
    raw_id_fields = ("account",)
    readonly_fields = ("prefix", "created")
    ordering = ("-created",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        is_final = isinstance(obj, AccountAPIKey) and obj.revoked
        return (*super().get_readonly_fields(request, obj), *(("revoked",) if is_final else ()))


@admin.register(AccountAPIKeyAnalytics)
class AccountAPIKeyAnalyticsAdmin(ReadOnlyAdmin):
    list_display = ("id", "created_at", "api_key", "path", "status_code", "error")
    list_select_related = ("api_key",)
    search_fields = ("api_key__prefix__exact",)


@admin.register(Community)
class CommunityAdmin(PermanentAdmin):
    list_display = (
        "id",
        "name",
        "account",
        "scorer",
        "rule",
        "external_scorer_id",
        "human_points_program",
        "deleted_at",
    )
    list_select_related = ("account", "scorer")
    list_filter = ("human_points_program", "rule")
    search_fields = ("name", "external_scorer_id__exact", "account__address__exact")
    raw_id_fields = ("account", "scorer")
    readonly_fields = ("created_at",)


class AllowListInline(RowsInline):
    model = AllowList
    raw_id_fields = ("address_list",)


class CustomCredentialInline(RowsInline):
    model = CustomCredential
    raw_id_fields = ("ruleset", "platform")


class IncludedChainIdInline(RowsInline):
    model = IncludedChainId
    show_change_link = False


@admin.register(Customization)
class CustomizationAdmin(IndexedAdmin):
    list_display = ("partner_name", "path", "scorer", "use_custom_dashboard_panel")
    list_select_related = ("scorer",)
    search_fields = ("path", "partner_name")
    raw_id_fields = ("scorer",)
    inlines = (AllowListInline, CustomCredentialInline, IncludedChainIdInline)


@admin.register(CustomCredentialRuleset)
class CustomCredentialRulesetAdmin(ReadOnlyAdmin):
    list_display = ("provider_id", "credential_type", "name")
    search_fields = ("provider_id", "name")


@admin.register(CustomPlatform)
class CustomPlatformAdmin(IndexedAdmin):
    list_display = ("name", "display_name", "platform_type")
    search_fields = ("name",)
