"""Admin pages of contributions: what the contributor statistics are made of."""

from django.contrib import admin

from apps.cgrants.models import GrantContributionIndex, ProtocolContributions, RoundMapping, SquelchedAccounts
from scorer_v2.admin_site.model_admin import IndexedAdmin, ReadOnlyAdmin


@admin.register(GrantContributionIndex)
class GrantContributionIndexAdmin(ReadOnlyAdmin):
    list_display = ("id", "contributor_address", "grant_id", "amount", "round_num")
    search_fields = ("contributor_address__exact",)


@admin.register(ProtocolContributions)
class ProtocolContributionsAdmin(ReadOnlyAdmin):
    list_display = ("id", "contributor", "project", "round", "amount")
    search_fields = ("contributor__exact", "ext_id__exact")


@admin.register(RoundMapping)
class RoundMappingAdmin(IndexedAdmin):
    list_display = ("round_number", "round_eth_address")


@admin.register(SquelchedAccounts)
class SquelchedAccountsAdmin(IndexedAdmin):
    list_display = ("id", "address", "round_number", "score_when_squelched", "sybil_signal")
    search_fields = ("address__exact",)
