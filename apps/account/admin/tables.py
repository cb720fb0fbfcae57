"""Tables of accounts, calls of keys and platforms."""

from django.contrib import admin

from apps.account.models import Account, AccountAPIKeyAnalytics, CustomPlatform
from scorer_v2.admin_site.model_admin import PermanentAdmin, ReadOnlyAdmin
from scorer_v2.admin_site.optional_tables import OptionalColumnsAdmin


@admin.register(Account)
class AccountAdmin(PermanentAdmin):
    list_display = ("id", "address", "user")
    list_select_related = ("user",)
    search_fields = ("address__exact", "user__username__exact")
    raw_id_fields = ("user",)


@admin.register(AccountAPIKeyAnalytics)
class AccountAPIKeyAnalyticsAdmin(ReadOnlyAdmin):
    list_display = ("id", "created_at", "api_key", "path", "status_code", "error")
    list_select_related = ("api_key",)
    search_fields = ("api_key__prefix__exact",)


@admin.register(CustomPlatform)
class CustomPlatformAdmin(OptionalColumnsAdmin):
    list_display = ("name", "display_name", "platform_type", "is_evm")
    search_fields = ("name",)
