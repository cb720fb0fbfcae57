"""Tables of stored stamps and revocations."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect

from apps.ceramic_cache.admin.restore_page import MAY_RESTORE, MOST_AT_ONCE, RestoreStamps
from apps.ceramic_cache.models import CeramicCache, Revocation
from apps.registry.admin.explanation_page import explain_link
from scorer_v2.admin_site.ids_field import joined
from scorer_v2.admin_site.model_admin import IndexedAdmin, ReadOnlyAdmin
from scorer_v2.admin_site.pages import page_url


class SaveStatusFilter(admin.SimpleListFilter):
    """Which values there are is known: finding them in the table would read all of it."""

    title = "save status"
    parameter_name = "save_status"
    _statuses: ClassVar = {"pending": "pending", "saved": "saved", "failed": "failed", "none": ""}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return [(name, name) for name in self._statuses]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 - Django's signature
        status = self._statuses.get(self.value() or "")
        return queryset if status is None else queryset.filter(compose_db_save_status=status)


@admin.register(CeramicCache)
class CeramicCacheAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "explain",
        "address",
        "provider",
        "type",
        "source_app",
        "updated_at",
        "deleted_at",
        "expiration_date",
        "compose_db_save_status",
    )
    list_filter = (("deleted_at", admin.EmptyFieldListFilter), SaveStatusFilter, "type", "source_app")
    search_fields = ("address__exact", "proof_value__exact")
    actions = ("restore",)

    @admin.display(description="Why")
    def explain(self, stamp: CeramicCache) -> str:
        return explain_link(stamp.address)

    @admin.action(description="Restore selected stamps", permissions=["restore"])
    def restore(self, request: HttpRequest, queryset: QuerySet[CeramicCache]) -> HttpResponseRedirect:  # noqa: ARG002 - Django's signature
        chosen = queryset.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1]
        return HttpResponseRedirect(page_url(RestoreStamps.name, {"stamps": joined(chosen)}))

    def has_restore_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MAY_RESTORE)


@admin.register(Revocation)
class RevocationAdmin(IndexedAdmin):
    list_display = ("id", "proof_value", "ceramic_cache", "revocation_list")
    list_select_related = ("ceramic_cache", "revocation_list")
    search_fields = ("proof_value__exact",)
    raw_id_fields = ("ceramic_cache", "revocation_list")
