"""Admin pages of stakes."""

from django.contrib import admin

from apps.stake.models import LastBlock, ReindexRequest, Stake, StakeEvent
from scorer_v2.admin_site.model_admin import IndexedAdmin, ReadOnlyAdmin


@admin.register(Stake)
class StakeAdmin(ReadOnlyAdmin):
    list_display = ("id", "chain", "staker", "stakee", "current_amount", "lock_time", "unlock_time")
    search_fields = ("staker__exact", "stakee__exact")


@admin.register(StakeEvent)
class StakeEventAdmin(ReadOnlyAdmin):
    list_display = ("id", "event_type", "chain", "staker", "stakee", "amount", "block_number", "tx_hash")
    search_fields = ("staker__exact", "stakee__exact")


@admin.register(LastBlock)
class LastBlockAdmin(ReadOnlyAdmin):
    list_display = ("chain", "block_number")


@admin.register(ReindexRequest)
class ReindexRequestAdmin(IndexedAdmin):
    list_display = ("id", "chain", "start_block_number", "pending", "created_at")
    readonly_fields = ("created_at",)
