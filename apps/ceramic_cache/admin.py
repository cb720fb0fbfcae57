"""Admin pages of stored stamps, bans and revocations."""

from django.contrib import admin

from apps.ceramic_cache.models import Ban, BanList, CeramicCache, Revocation, RevocationList
from scorer_v2.model_admin import EditOnlyAdmin, IndexedAdmin, ReadOnlyAdmin


@admin.register(CeramicCache)
class CeramicCacheAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "address",
        "provider",
        "type",
        "source_app",
        "updated_at",
        "deleted_at",
        "expiration_date",
        "compose_db_save_status",
    )
    list_filter = (("deleted_at", admin.EmptyFieldListFilter), "type", "source_app")
    search_fields = ("address__exact", "proof_value__exact")


@admin.register(Ban)
class BanAdmin(IndexedAdmin):
    list_display = ("id", "type", "address", "provider", "hash", "end_time", "ban_list", "last_run_revoke_matching")
    list_select_related = ("ban_list",)
    list_filter = ("type",)
    search_fields = ("address__exact", "hash__exact", "provider__exact")
    raw_id_fields = ("ban_list",)
    readonly_fields = ("created_at", "last_run_revoke_matching")


@admin.register(BanList, RevocationList)
class ImportedListAdmin(EditOnlyAdmin):
    list_display = ("id", "name", "description")
    search_fields = ("name",)
    readonly_fields = ("csv_file",)


@admin.register(Revocation)
class RevocationAdmin(IndexedAdmin):
    list_display = ("id", "proof_value", "ceramic_cache", "revocation_list")
    list_select_related = ("ceramic_cache", "revocation_list")
    search_fields = ("proof_value__exact",)
    raw_id_fields = ("ceramic_cache", "revocation_list")
