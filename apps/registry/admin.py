"""Admin pages of scores, points and weights."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.registry.models import (
    Event,
    GTCStakeEvent,
    HashScorerLink,
    HumanPoints,
    HumanPointsCommunityQualifiedUsers,
    HumanPointsConfig,
    HumanPointsMultiplier,
    Passport,
    Score,
    Stamp,
    StampMetadata,
    WeightConfiguration,
    WeightConfigurationItem,
)
from scorer_v2.model_admin import IndexedAdmin, ReadOnlyAdmin, RowsInline


@admin.register(Passport)
class PassportAdmin(ReadOnlyAdmin):
    list_display = ("id", "address", "community")
    list_select_related = ("community",)
    search_fields = ("address__exact",)


@admin.register(Score)
class ScoreAdmin(ReadOnlyAdmin):
    list_display = ("id", "passport", "score", "status", "last_score_timestamp", "expiration_date", "error")
    list_select_related = ("passport",)
    search_fields = ("passport__address__exact",)


@admin.register(Stamp)
class StampAdmin(ReadOnlyAdmin):
    list_display = ("id", "passport", "provider")
    list_select_related = ("passport",)
    search_fields = ("passport__address__exact",)


@admin.register(HashScorerLink)
class HashScorerLinkAdmin(ReadOnlyAdmin):
    list_display = ("id", "hash", "address", "community", "expires_at")
    list_select_related = ("community",)
    search_fields = ("hash__exact", "address__exact")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("id", "created_at", "action", "address", "community")
    list_select_related = ("community",)
    search_fields = ("address__exact",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, has_duplicates = super().get_search_results(request, queryset, search_term)
        # The index that has the address begins with the action.
        return found.filter(action__in=Event.Action.values) if search_term else found, has_duplicates


@admin.register(GTCStakeEvent)
class GTCStakeEventAdmin(ReadOnlyAdmin):
    list_display = ("id", "event_type", "round_id", "staker", "address", "amount", "staked", "block_number")
    search_fields = ("staker__exact", "address__exact")


@admin.register(HumanPoints)
class HumanPointsAdmin(IndexedAdmin):
    list_display = ("id", "address", "action", "chain_id", "provider", "tx_hash", "timestamp")
    list_filter = ("action",)
    search_fields = ("address__exact",)


@admin.register(HumanPointsCommunityQualifiedUsers)
class QualifiedUsersAdmin(IndexedAdmin):
    list_display = ("id", "address", "community")
    list_select_related = ("community",)
    search_fields = ("address__exact",)
    raw_id_fields = ("community",)


@admin.register(HumanPointsConfig)
class HumanPointsConfigAdmin(IndexedAdmin):
    list_display = ("action", "points", "active")
    list_filter = ("active",)


@admin.register(HumanPointsMultiplier)
class HumanPointsMultiplierAdmin(IndexedAdmin):
    list_display = ("address", "multiplier")
    search_fields = ("address__exact",)


class WeightConfigurationItemInline(RowsInline):
    model = WeightConfigurationItem
    raw_id_fields = ("stamp_metadata",)
    show_change_link = False


@admin.register(WeightConfiguration)
class WeightConfigurationAdmin(IndexedAdmin):
    list_display = ("version", "threshold", "active", "description", "created_at", "updated_at")
    readonly_fields = ("csv_source", "created_at", "updated_at")
    inlines = (WeightConfigurationItemInline,)


@admin.register(StampMetadata)
class StampMetadataAdmin(IndexedAdmin):
    list_display = ("provider", "is_beta")
    search_fields = ("provider",)
