"""Revocation lists: imported from CSV files, downloaded, taken back (contract, section 6.3)."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin

from apps.ceramic_cache.models import Revocation, RevocationList
from apps.ceramic_cache.revocations.csv_file import parse_revocation_list
from apps.ceramic_cache.revocations.services import (
    RevocationListCounts,
    export_revocation_list,
    import_revocation_list,
    preview_revocation_list,
    remove_revocation_list_entries,
)
from apps.registry.admin.rescoring import RescoringForm, limit_rescoring, rescore, wants_rescoring
from scorer_v2.admin_site.form_pages import Done, Preview
from scorer_v2.admin_site.list_pages import (
    DownloadPage,
    ImportedListAdmin,
    ImportForm,
    ImportPage,
    NewListForm,
    RemovalPage,
    UnusableFile,
)
from scorer_v2.admin_site.pages import page, page_url
from scorer_v2.operations.csv_files import ParsedFile, RejectedLine


class RevocationImportForm(ImportForm, RescoringForm):
    field_order: Sequence[str] = ("file", "skip_invalid", "rescore")


class NewRevocationListForm(NewListForm, RescoringForm):
    field_order: Sequence[str] = ("name", "description", "file", "skip_invalid", "rescore")


class RevocationListImport(ImportPage):
    model = RevocationList
    form_class: ClassVar[Any] = RevocationImportForm
    explanation = "Column proof_value, or the first one. Every live stamp with such a proof value is revoked."
    permissions: ClassVar[Sequence[str]] = ("ceramic_cache.add_revocation",)
    parse = staticmethod(parse_revocation_list)
    refusals = (UnusableFile,)
    confirm_label = "Revoke"
    is_dangerous = True
    labels = {  # noqa: RUF012 - a constant
        "new": "new",
        "stamps": "stamps to revoke",
        "already_there": "already revoked",
        "deleted": "of deleted stamps only",
        "unknown": "unknown",
        "invalid": "invalid",
        "duplicates": "duplicates in the file",
    }

    def make_form(self, *args: Any, **kwargs: Any) -> Any:
        form = super().make_form(*args, **kwargs)
        limit_rescoring(form, self.request)
        return form

    def preview_import(self, list_id: int | None, file: ParsedFile[str]) -> RevocationListCounts:  # noqa: ARG002 - the base's
        return preview_revocation_list(file=file)

    def unused(self, file: ParsedFile[str]) -> tuple[RejectedLine, ...]:
        return preview_revocation_list(file=file).unknown_lines

    def do_import(self, list_id: int, file: ParsedFile[str]) -> RevocationListCounts:
        return import_revocation_list(revocation_list_id=list_id, file=file)

    def afterwards(self, form: forms.Form, done: Done) -> None:
        super().afterwards(form, done)
        if wants_rescoring(form):
            rescore(self.request, self.counts.addresses)


@page
class NewRevocationList(RevocationListImport):
    path, name = "ceramic_cache/revocationlist/add/", "new_revocation_list"
    title = "New revocation list"
    permissions = ("ceramic_cache.add_revocationlist", "ceramic_cache.add_revocation")
    form_class = NewRevocationListForm


@page
class UploadRevocationList(RevocationListImport):
    path, name = "ceramic_cache/revocationlist/<int:pk>/import/", "import_revocation_list"
    title = "Import into a revocation list"


@page
class DownloadRevocationList(DownloadPage):
    path, name = "ceramic_cache/revocationlist/<int:pk>/download/", "download_revocation_list"
    permissions = ("ceramic_cache.view_revocation",)
    model = RevocationList

    def export(self, pk: int) -> Iterator[str]:
        return export_revocation_list(revocation_list_id=pk)


@page
class RemoveRevocationListEntries(RemovalPage):
    path, name = "ceramic_cache/revocationlist/<int:pk>/remove-entries/", "remove_revocation_list_entries"
    title = "Take back the revocations of a list"
    permissions = ("ceramic_cache.delete_revocation",)
    model = RevocationList
    form_class = RescoringForm

    def make_form(self, *args: Any, **kwargs: Any) -> forms.Form:
        form = super().make_form(*args, **kwargs)
        limit_rescoring(form, self.request)
        return form

    def preview(self) -> Preview:
        count = Revocation.objects.filter(revocation_list=self.target).count()
        return Preview(
            f"Take back the {count:,} revocations of {self.target}?" if count else "The list has no revocations.",
            counts=(("revocations", f"{count:,}"),),
            warnings=["Their stamps count again."] if count else (),
            is_possible=count > 0,
        )

    def perform(self, form: Any) -> Done:  # noqa: ARG002 - the base's
        removed = remove_revocation_list_entries(revocation_list_id=self.target.pk)
        self._concerned = removed.addresses
        sentence = f"{removed.revocations:,} revocations of {self.target} taken back."
        return Done(sentence, [self.target], self.next_url)

    def afterwards(self, form: Any, done: Done) -> None:  # noqa: ARG002 - the base's
        if wants_rescoring(form):
            rescore(self.request, self._concerned)


@admin.register(RevocationList)
class RevocationListAdmin(ImportedListAdmin):
    list_display = ("id", "name", "description")
    exclude = ("csv_file",)
    entries = "revocations"

    def page_links(self, pk: int) -> Sequence[tuple[str, str, str]]:
        return (
            ("Import a file", page_url("import_revocation_list", pk=pk), "ceramic_cache.add_revocation"),
            ("Download", page_url("download_revocation_list", pk=pk), "ceramic_cache.view_revocation"),
            ("Show its revocations", _revocations_of(pk), "ceramic_cache.view_revocation"),
            (
                "Take back all revocations",
                page_url("remove_revocation_list_entries", pk=pk),
                "ceramic_cache.delete_revocation",
            ),
        )


def _revocations_of(pk: int) -> str:
    return page_url("ceramic_cache_revocation_changelist", {"revocation_list__id__exact": pk})
