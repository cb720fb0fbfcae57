"""The table of revocations. Whole lists of them are imported and taken back (revocation_lists)."""

from django.contrib import admin

from apps.ceramic_cache.models import Revocation
from scorer_v2.model_admin import IndexedAdmin


@admin.register(Revocation)
class RevocationAdmin(IndexedAdmin):
    list_display = ("id", "proof_value", "ceramic_cache", "revocation_list")
    list_select_related = ("ceramic_cache", "revocation_list")
    search_fields = ("proof_value__exact",)
    search_help_text = "The whole proof value."
    raw_id_fields = ("ceramic_cache", "revocation_list")
