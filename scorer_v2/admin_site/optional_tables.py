"""Pages of tables and columns that an older generation of the existing database lacks."""

from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from scorer_v2.admin_site.model_admin import IndexedAdmin
from scorer_v2.database.optional_schema import OptionalColumnsModel, has_table

MISSING = "This database does not have this table: it comes with the existing service's migrations of 2026."


class OptionalTableAdmin(IndexedAdmin):
    """Where the table is missing the list is empty and says so, and no row can be added."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return has_table(self.model) and super().has_add_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not has_table(self.model):
            messages.warning(request, MISSING)
        return super().changelist_view(request, extra_context)


class OptionalColumnsAdmin(IndexedAdmin):
    """Neither shows nor asks for columns that are missing. For models that are an `OptionalColumnsModel`."""

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        missing = self._missing()
        return [column for column in super().get_list_display(request) if column not in missing]

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return [*(super().get_exclude(request, obj) or ()), *self._missing()]

    def _missing(self) -> list[str]:
        assert issubclass(self.model, OptionalColumnsModel)  # noqa: S101 - for the type checker
        return self.model.missing_fields()
