"""Stored stamps: looked at, and undeleted (contract, section 6.7)."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from apps.ceramic_cache.models import CeramicCache
from scorer_v2.admin_site.form_pages import ActionPage, Done, Preview, Table
from scorer_v2.admin_site.pages import page, page_url
from scorer_v2.admin_site.rescoring import MAY_RESCORE, RescoringForm, rescore, wants_rescoring
from scorer_v2.model_admin import ReadOnlyAdmin


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
    list_filter = (("deleted_at", admin.EmptyFieldListFilter), "compose_db_save_status", "source_app")
    search_fields = ("address__exact", "proof_value__exact")
    search_help_text = "The whole address or proof value."
    actions = ("undelete",)

    def has_rescore_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MAY_RESCORE)

    @admin.action(description="Undelete selected stamps …", permissions=["rescore"])
    def undelete(self, request: HttpRequest, queryset: QuerySet[Model]) -> HttpResponse:  # noqa: ARG002 - Django's signature
        ids = queryset.order_by("pk").values_list("pk", flat=True)[: self.list_per_page]
        return HttpResponseRedirect(page_url("undelete_stamps", {"stamps": ",".join(map(str, ids))}))


@page
class UndeleteStamps(ActionPage):
    """A stamp comes back unless its address has a live one of its type and provider."""

    path, name = "ceramic_cache/ceramiccache/undelete/", "undelete_stamps"
    title = "Undelete stamps"
    permissions = (MAY_RESCORE, "ceramic_cache.view_ceramiccache")
    form_class = RescoringForm
    confirm_label = "Undelete them"

    @cached_property
    def stamps(self) -> Sequence[CeramicCache]:
        given = self.request.GET.get("stamps", "").split(",")
        if not all(each.isdecimal() for each in given):
            raise Http404("Nobody said which stamps.")
        return list(CeramicCache.objects.filter(pk__in=[int(each) for each in given]).order_by("-pk"))

    @property
    def verdicts(self) -> list[tuple[CeramicCache, str]]:
        """Each stamp, and why it stays as it is; empty when it comes back. Of several of one kind the latest does."""
        addresses = {stamp.address for stamp in self.stamps}
        live = CeramicCache.objects.filter(address__in=addresses, deleted_at__isnull=True)
        taken = set(live.values_list("type", "address", "provider"))
        verdicts = []
        for stamp in self.stamps:
            kind = (stamp.type, stamp.address, stamp.provider)
            is_live = stamp.deleted_at is None
            why = "It is not deleted." if is_live else "The address has a live one of this provider."
            verdicts.append((stamp, why if is_live or kind in taken else ""))
            taken.add(kind)
        return verdicts

    def preview(self) -> Preview:
        verdicts = self.verdicts
        count = sum(not why for _, why in verdicts)
        rows = [(stamp.pk, stamp.address, stamp.provider, why or "It comes back.") for stamp, why in verdicts]
        return Preview(
            f"Undelete {count:,} stamps?" if count else "None of these stamps can come back.",
            counts=(("come back", count), ("stay as they are", len(verdicts) - count)),
            tables=[Table("Stamps", ("Id", "Address", "Provider", "What becomes of it"), rows, identity="stamps")],
            is_possible=count > 0,
        )

    def perform(self, form: forms.Form) -> Done:  # noqa: ARG002 - the base's
        verdicts = self.verdicts
        back = [stamp for stamp, why in verdicts if not why]
        CeramicCache.objects.filter(pk__in=[stamp.pk for stamp in back]).update(deleted_at=None)
        self._concerned = {stamp.address for stamp in back if stamp.address}
        left = [stamp for stamp, why in verdicts if why]
        sentence = f"Undeleted {_ids(back)}." + (f" Left as they were: {_ids(left)}." if left else "")
        return Done(sentence, back, page_url("ceramic_cache_ceramiccache_changelist"))

    def afterwards(self, form: Any, done: Done) -> None:  # noqa: ARG002 - the base's
        if wants_rescoring(form):
            rescore(self.request, self._concerned)


def _ids(stamps: Sequence[CeramicCache]) -> str:
    return ", ".join(str(stamp.pk) for stamp in stamps)
