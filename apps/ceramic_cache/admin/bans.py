"""The list of bans, and the page of one. New bans are made on a page of their own (ban_pages)."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html

from apps.ceramic_cache.bans.targets import BanTarget, InvalidBan, ban_target
from apps.ceramic_cache.models import Ban
from scorer_v2.admin_site.model_admin import IndexedAdmin
from scorer_v2.admin_site.pages import page_url

MOST_SELECTED = 400
"""So that a URL can name them. More at once: the bans of a list."""


def bans_of(target: BanTarget) -> QuerySet[Ban]:
    """Bans of the same, whatever their end."""
    columns = {"type": target.type, "provider": target.provider, "hash": target.hash, "lowered": target.address}
    return Ban.objects.alias(lowered=Lower("address")).filter(**columns)


def in_force() -> Q:
    return Q(end_time__isnull=True) | Q(end_time__gt=timezone.now())


class ChoiceFilter(admin.SimpleListFilter):
    """Choices that are conditions."""

    conditions: ClassVar[Mapping[str, tuple[str, Callable[[], Q]]]]
    """By the value in the URL: what it is called, and what it asks for."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return [(name, title) for name, (title, _) in self.conditions.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:  # noqa: ARG002 - Django's signature
        chosen = self.conditions.get(self.value() or "")
        return queryset.filter(chosen[1]()) if chosen else queryset


class StateFilter(ChoiceFilter):
    """A ban is in force from the moment it is made: the table has an end, and no beginning."""

    title = "state"
    parameter_name = "state"
    conditions = {  # noqa: RUF012 - a constant
        "active": ("Active", in_force),
        "for_ever": ("Active, for ever", lambda: Q(end_time__isnull=True)),
        "until": ("Active, ends in future", lambda: Q(end_time__gt=timezone.now())),
        "ended": ("Ended", lambda: Q(end_time__lte=timezone.now())),
        "not_run": ("Active, not run yet", lambda: in_force() & Q(last_run_revoke_matching__isnull=True)),
    }


class KindFilter(ChoiceFilter):
    """By what is filled in, which has indexes; the type that follows from it has none."""

    title = "type"
    parameter_name = "kind"
    conditions = {  # noqa: RUF012 - a constant
        "account": ("Account", lambda: Q(hash="", provider="")),
        "single_stamp": ("Single stamp", lambda: Q(provider__gt="")),
        "hash": ("Hash", lambda: Q(hash__gt="")),
    }


def _state(ban: Ban) -> str:
    if ban.end_time is None:
        return "active, for ever"
    moment = f"{ban.end_time:%Y-%m-%d %H:%M} UTC"
    return f"active until {moment}" if ban.end_time > timezone.now() else f"ended {moment}"


class BanForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """The type follows from what is filled in."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        try:
            target = ban_target(**{name: cleaned.get(name) or "" for name in ("address", "provider", "hash")})
        except InvalidBan as fault:
            raise ValidationError(str(fault)) from None
        self.instance.type = target.type
        return {**cleaned, "address": target.address, "provider": target.provider, "hash": target.hash}


@admin.register(Ban)
class BanAdmin(IndexedAdmin):
    form = BanForm
    list_display = ("id", "what", "type", "state", "ban_list", "last_run_revoke_matching", "created_at")
    list_display_links = ("what",)
    list_select_related = ("ban_list",)
    list_filter = (StateFilter, KindFilter, "created_at")
    search_fields = ("address__exact", "hash__exact", "provider__exact")
    search_help_text = "The whole address, hash or provider."
    readonly_fields = ("type", "state", "created_at", "last_run_revoke_matching", "ban_list")
    fields = ("type", "state", "address", "provider", "hash", "end_time", "reason", *readonly_fields[2:])
    actions = ("revoke_matching", "end")

    @admin.display(description="what is banned")
    def what(self, ban: Ban) -> str:
        return str(BanTarget(ban.type, ban.address, ban.provider, ban.hash))

    @admin.display(description="state")
    def state(self, ban: Ban) -> str:
        return format_html('<span class="whitespace-nowrap">{}</span>', _state(ban))

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        """Addresses in any case, also where the row has it in another: there is an index on the lowercase one."""
        term = search_term.strip()
        if not term:
            return queryset, False
        same_address = queryset.alias(lowered=Lower("address"))
        return same_address.filter(Q(lowered=term.lower()) | Q(hash=term) | Q(provider=term)), False

    @admin.action(description="Revoke matching stamps …", permissions=["change"])
    def revoke_matching(self, request: HttpRequest, queryset: QuerySet[Model]) -> HttpResponse | None:
        return self._to_page("revoke_matching", request, queryset)

    @admin.action(description="End these bans …", permissions=["change"])
    def end(self, request: HttpRequest, queryset: QuerySet[Model]) -> HttpResponse | None:
        return self._to_page("end_bans", request, queryset)

    def _to_page(self, name: str, request: HttpRequest, queryset: QuerySet[Model]) -> HttpResponse | None:
        ids = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_SELECTED + 1])
        if len(ids) > MOST_SELECTED:
            messages.error(request, f"At most {MOST_SELECTED} bans at once. A ban list has a page for all of its bans.")
            return None
        return HttpResponseRedirect(page_url(name, {"bans": ",".join(map(str, ids))}))
