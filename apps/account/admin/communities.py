"""Communities (contract, section 6.7): whose they are, what they score with, computed again."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html

from apps.account.models import Community
from apps.scorer_weighted.models import Scorer
from scorer_v2.admin_site.ids_field import joined
from scorer_v2.admin_site.model_admin import PermanentAdmin
from scorer_v2.admin_site.pages import page_url

MOST_COMMUNITIES = 300
"""So that a URL can name them."""


class CommunityForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_rule(self) -> str:
        rule = str(self.cleaned_data["rule"])
        if rule != Community.Rule.LIFO and rule != self.initial.get("rule"):
            raise ValidationError("Only LIFO is scored: every score would end in an error.")
        return rule

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        external, account = cleaned.get("external_scorer_id"), cleaned.get("account")
        if external and account is not None and _is_hidden(external, account, self.instance):
            self.add_error(
                "external_scorer_id", "The account has a community of this id, which nobody would find then."
            )
        return cleaned


@admin.register(Community)
class CommunityAdmin(PermanentAdmin):
    form = CommunityForm
    list_display = (
        "id",
        "name",
        "account",
        "scorer_link",
        "rule",
        "external_scorer_id",
        "human_points_program",
        "deleted_at",
    )
    list_select_related = ("account", "scorer")
    list_filter = ("human_points_program", "rule")
    search_fields = ("id__exact", "name", "external_scorer_id__exact", "account__address__exact")
    raw_id_fields = ("account", "scorer")
    readonly_fields = ("created_at",)
    actions = ("recalculate",)

    @admin.display(description="Scorer")
    def scorer_link(self, community: Community) -> str:
        """To the weights: the page of the concrete kind."""
        is_binary = community.scorer.type == Scorer.Type.WEIGHTED_BINARY
        name = "binaryweightedscorer" if is_binary else "weightedscorer"
        url = reverse(f"admin:scorer_weighted_{name}_change", args=[community.scorer_id])
        return format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', url, community.scorer)

    @admin.action(description="Recalculate scores", permissions=["change"])
    def recalculate(self, request: HttpRequest, queryset: QuerySet[Community]) -> HttpResponseRedirect:  # noqa: ARG002 - Django's signature
        chosen = queryset.order_by("pk").values_list("pk", flat=True)[: MOST_COMMUNITIES + 1]
        return HttpResponseRedirect(page_url("rescore_communities", {"communities": joined(chosen)}))


def _is_hidden(external: str, account: Any, community: Community) -> bool:
    """Whether another community of the account has that id: the external one is found before it (4.1)."""
    if not (external.isascii() and external.isdigit()) or len(external) > 18 or int(external) == community.pk:
        return False
    return Community.objects.filter(pk=int(external), account=account).exists()
