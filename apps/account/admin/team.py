"""Users, groups and the log: who may do what, and who did."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest

from scorer_v2.admin_site.model_admin import ReadOnlyAdmin
from scorer_v2.admin_site.reasons import ReasonedAdmin

if TYPE_CHECKING:  # unfold has no types
    from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

    _UserAdmin = DjangoUserAdmin[User]
else:
    _UserAdmin = DjangoUserAdmin
    from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

admin.site.unregister((User, Group))


@admin.register(User)
class UserAdmin(ReasonedAdmin, _UserAdmin):
    form = UserChangeForm  # type: ignore[assignment]  # the stubs know of no form for one model
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active", "groups")
    show_full_result_count = False


@admin.register(Group)
class GroupAdmin(ReasonedAdmin, DjangoGroupAdmin):
    show_full_result_count = False


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    list_display = ("action_time", "user", "content_type", "object_repr", "action_flag", "message")
    list_select_related = ("user", "content_type")
    search_fields = ("user__username__exact", "object_id__exact")
    list_filter = ("action_flag",)
    ordering = ("-pk",)

    @admin.display(description="What, and why")
    def message(self, entry: Any) -> str:
        return str(entry.get_change_message())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), "message")
