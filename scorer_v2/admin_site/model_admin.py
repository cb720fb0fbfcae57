"""What the admin pages have in common: they stay quick on tables of many millions of rows.

Lists are in order of the primary key and search by equality on indexed columns. They never count a whole table. And
whoever changes a row says why.
"""

import re
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from scorer_v2.admin_site.reasons import ReasonedAdmin

if TYPE_CHECKING:  # unfold's classes are Django's with another look, and Django's are generic for the type checker only
    from django.contrib import admin

    _TabularInline = admin.TabularInline[Model, Model]
    _Paginator = Paginator[Model]
else:
    from unfold.admin import TabularInline as _TabularInline

    _Paginator = Paginator

_ADDRESS = re.compile(r"0x[0-9a-f]{40}", re.IGNORECASE)


class BoundedPaginator(_Paginator):
    """Counts as far as anybody turns pages. Rows beyond are found by searching."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        return rows.order_by()[: self.most].count() if isinstance(rows, QuerySet) else len(rows[: self.most])


class IndexedAdmin(ReasonedAdmin):
    """A table of any size. `search_fields` must be `<indexed column>__exact`: Django's own `=` ignores case, and
    so uses no index. Addresses may be typed in any case."""

    paginator = BoundedPaginator
    show_full_result_count = False
    sortable_by = ()
    list_per_page = 25

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, _ADDRESS.sub(lambda m: m[0].lower(), search_term))


class PermanentAdmin(IndexedAdmin):
    """Rows that so many others hang on that one web request cannot delete them."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's signature
        return False


class EditOnlyAdmin(PermanentAdmin):
    """Rows that are made elsewhere, and may be changed here."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False


class ReadOnlyAdmin(EditOnlyAdmin):
    """Rows that the machine makes and nobody should edit."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's signature
        return False


class RowsInline(_TabularInline):
    """A short list of rows that belong to another one."""

    extra = 0
    show_change_link = True
