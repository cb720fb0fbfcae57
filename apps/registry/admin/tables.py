"""Admin pages of what scorings write, as it is in the tables."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from apps.registry.models import Event, GTCStakeEvent, HashScorerLink, PlatformMetadata, Stamp, StampMetadata
from scorer_v2.admin_site.model_admin import ReadOnlyAdmin
from scorer_v2.admin_site.optional_tables import OptionalColumnsAdmin, OptionalTableAdmin


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


@admin.register(StampMetadata)
class StampMetadataAdmin(OptionalColumnsAdmin):
    list_display = ("provider", "is_beta", "platform")
    search_fields = ("provider",)
    raw_id_fields = ("platform",)

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return tuple(name for name in ("platform",) if name in self.get_list_display(request))


@admin.register(PlatformMetadata)
class PlatformMetadataAdmin(OptionalTableAdmin):
    list_display = ("platform_id", "name", "number_of_stamps")
    search_fields = ("platform_id", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(stamps_count=Count("stamps"))
        return counted

    @admin.display(description="Stamps")
    def number_of_stamps(self, platform: Any) -> int:
        return int(platform.stamps_count)
