"""Tables of stored stamps and revocations."""

from django.contrib import admin

from apps.ceramic_cache.models import CeramicCache, Revocation
from scorer_v2.model_admin import IndexedAdmin, ReadOnlyAdmin


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


@admin.register(Revocation)
class RevocationAdmin(IndexedAdmin):
    list_display = ("id", "proof_value", "ceramic_cache", "revocation_list")
    list_select_related = ("ceramic_cache", "revocation_list")
    search_fields = ("proof_value__exact",)
    raw_id_fields = ("ceramic_cache", "revocation_list")
