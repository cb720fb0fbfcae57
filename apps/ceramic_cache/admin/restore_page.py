"""Deleted stamps, made live again (contract, section 6.7)."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.urls import reverse

from apps.ceramic_cache.models import CeramicCache
from apps.ceramic_cache.restore import restore_stamps
from scorer_v2.admin_site.form_pages import ActionPage, Done, Preview, Table
from scorer_v2.admin_site.forms import ReasonedForm
from scorer_v2.admin_site.ids_field import chosen_ids, joined
from scorer_v2.admin_site.pages import page

MOST_AT_ONCE = 200
"""So that a URL can name them."""
MAY_RESTORE = "registry.rescore_individual_score"


@page
class RestoreStamps(ActionPage):
    path = "ceramic_cache/ceramiccache/restore/"
    name = "restore_stamps"
    title = "Restore stamps"
    permissions = (MAY_RESTORE,)
    explanation = "Makes deleted stamps live again. Scores change at their next scoring, or when they are recalculated."
    confirm_label = "Restore"

    def preview(self) -> Preview:
        found = self._found()
        deleted = [stamp for stamp in found if stamp.deleted_at is not None]
        missing = len(self._wanted()) - len(found)
        return Preview(
            f"{len(deleted)} deleted stamps are live again, but where a live one of their provider is in the way.",
            warnings=[f"{missing} of the ids are no stored stamps."] if missing else [],
            tables=[Table("Stored stamps", ("Id", "Address", "Provider", "Deleted"), [_row(one) for one in found])],
            is_possible=bool(deleted),
        )

    def perform(self, form: ReasonedForm) -> Done:  # noqa: ARG002 - the base's
        found = self._found()
        done = restore_stamps(stamp_ids=[stamp.pk for stamp in found])
        if done.failed:
            messages.warning(
                self.request, f"Failed, because they are live or one is in the way: {joined(done.failed)}."
            )
        told = f"Restored: {joined(done.restored)}." if done.restored else "Restored none."
        changed = [stamp for stamp in found if stamp.pk in done.restored]
        return Done(told, changed, reverse("admin:ceramic_cache_ceramiccache_changelist"))

    def _wanted(self) -> list[int]:
        return chosen_ids(self.request.GET.get("stamps", ""), most=MOST_AT_ONCE)

    def _found(self) -> list[CeramicCache]:
        return list(CeramicCache.objects.filter(pk__in=self._wanted()).defer("stamp").order_by("pk"))


def _row(stamp: CeramicCache) -> Sequence[Any]:
    deleted = f"{stamp.deleted_at:%Y-%m-%d %H:%M} UTC" if stamp.deleted_at else "no, it is live"
    return str(stamp.pk), stamp.address, stamp.provider, deleted
