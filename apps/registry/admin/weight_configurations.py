"""Weight configurations: which there are, and what can be done with one."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.registry.models import WeightConfiguration, WeightConfigurationItem
from scorer_v2.admin_site.buttons import list_button, row_button
from scorer_v2.admin_site.model_admin import EditOnlyAdmin, IndexedAdmin, RowsInline
from scorer_v2.admin_site.upload_pages import csv_download
from scorer_v2.operations.csv_files import csv_lines

MAY_VIEW = "registry.view_weightconfiguration"
MAY_ADD = "registry.add_weightconfiguration"
MAY_CHANGE = "registry.change_weightconfiguration"
MAY_CHANGE_SCORERS = "scorer_weighted.change_scorer"


class WeightsInline(RowsInline):
    """The weights, to look at: they are changed on a page that shows first what that does."""

    model = WeightConfigurationItem
    fields = ("provider", "weight", "stamp_metadata")
    readonly_fields = fields
    show_change_link = False
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False


@admin.register(WeightConfiguration)
class WeightConfigurationAdmin(EditOnlyAdmin):
    """Made by a file or by cloning another one."""

    list_display = ("version", "active", "threshold", "description", "created_at", "updated_at")
    search_fields = ("version", "description")
    fields = ("version", "description", "threshold", "active", "csv_source", "created_at", "updated_at")
    readonly_fields = ("threshold", "active", "csv_source", "created_at", "updated_at")
    inlines = (WeightsInline,)
    actions = ("download",)
    actions_list = ("upload", "copy_to_scorers")
    actions_detail = ("change_weights", "compare", "clone", "activate")

    upload = list_button("Upload CSV", page="upload_weights", permission=MAY_ADD, icon="upload")
    copy_to_scorers = list_button(
        "Copy active weights", page="copy_weights", permission=MAY_CHANGE_SCORERS, icon="content_copy"
    )
    change_weights = row_button("Change weights", page="change_weights", permission=MAY_CHANGE, icon="edit")
    compare = row_button("Compare", page="compare_weights", permission=MAY_VIEW, icon="difference")
    clone = row_button("Clone", page="clone_weights", permission=MAY_ADD, icon="file_copy")
    activate = row_button("Activate", page="activate_weights", permission=MAY_CHANGE, icon="check_circle")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The active one stays; others are nobody's concern."""
        is_active = obj is not None and obj.active
        return IndexedAdmin.has_delete_permission(self, request, obj) and not is_active

    @admin.action(description="Download as CSV")
    def download(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:  # noqa: ARG002 - Django's signature
        """Of the first one that is chosen, as it can be uploaded again."""
        configuration = queryset.order_by("pk").first()
        if configuration is None:
            return None
        items = WeightConfigurationItem.objects.filter(weight_configuration=configuration).order_by("provider")
        lines = csv_lines(items.values_list("provider", "weight"))
        return csv_download(lines, f"weights-{configuration.pk}.csv")
