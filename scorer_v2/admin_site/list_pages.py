"""What all lists that are filled from CSV files have in common in the admin site."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404

from scorer_v2.admin_site.change_log import ADDITION, CHANGE
from scorer_v2.admin_site.form_pages import ActionPage, Done, Preview
from scorer_v2.admin_site.model_admin import IndexedAdmin, PermanentAdmin
from scorer_v2.admin_site.pages import AdminPage, page_url
from scorer_v2.admin_site.upload_pages import UploadForm, UploadPage, csv_download, lines_table
from scorer_v2.operations.csv_files import ParsedFile


class ImportForm(UploadForm):
    """A file for a list that exists."""

    skip_invalid = forms.BooleanField(
        required=False, label="Import the valid lines although others are invalid", help_text="Otherwise all or none."
    )
    field_order: Sequence[str] = ("file", "skip_invalid")


class NewListForm(ImportForm):
    """A file, and what the list is called that it makes."""

    name = forms.CharField(max_length=256)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    field_order: Sequence[str] = ("name", "description", "file", "skip_invalid")


class ImportPage(UploadPage):
    """A subclass says how a file is parsed, and what importing it would do, and does."""

    form_class: ClassVar[Any] = ImportForm
    confirm_label = "Import"
    model: ClassVar[Any]
    labels: ClassVar[Mapping[str, str]] = {}
    """What the counts are called."""
    verb: ClassVar[str] = "Import"
    past: ClassVar[str] = "Imported"

    def preview_import(self, list_id: int | None, file: ParsedFile[Any]) -> Any:
        """Counts, as a dataclass."""
        raise NotImplementedError

    def do_import(self, list_id: int, file: ParsedFile[Any]) -> Any:
        """Counts, as a dataclass."""
        raise NotImplementedError

    @cached_property
    def target(self) -> Any:
        """The list that the URL names; None on the page of a new one."""
        return get_object_or_404(self.model, pk=self.kwargs["pk"]) if "pk" in self.kwargs else None

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if self.target is not None:
            self.title = f"{self.title}: {self.target}"
        return super().get(request, **kwargs)

    def preview(self, form: UploadForm) -> Preview:
        file = self.file_of(form)
        counts = self.preview_import(self.target.pk if self.target else None, file)
        unused = sorted((*file.rejected, *getattr(counts, "unknown_lines", ())), key=lambda line: line.line)
        url = self.keep(form)
        may = self._may_import(form, file)
        return Preview(
            f"{self.verb} {len(file.entries):,} lines?" if may else "Nothing can be imported.",
            counts=[(label, f"{getattr(counts, name):,}") for name, label in self.labels.items()],
            warnings=self.warnings(file, counts, may=may),
            tables=[lines_table(unused)],
            links=[("Download the lines that are not used", url)] if unused else (),
            is_possible=may,
        )

    def warnings(self, file: ParsedFile[Any], counts: Any, *, may: bool) -> list[str]:  # noqa: ARG002 - for subclasses
        if may or not file.invalid:
            return []
        return ["Some lines are invalid. Correct the file, or go back and say that the others are to be imported."]

    def perform(self, form: UploadForm) -> Done:
        file = self.file_of(form)
        if not self._may_import(form, file):
            raise UnusableFile
        target = self.target or self.create(form)
        self.counts = self.do_import(target.pk, file)
        told = ", ".join(f"{getattr(self.counts, name):,} {label}" for name, label in self.labels.items())
        assert form.kept is not None  # noqa: S101 - for the type checker: the form is valid
        sentence = f"{self.past} {form.kept.file_name}, list {target}: {told}."
        return Done(sentence, [target], self.next_url(target), CHANGE if self.target else ADDITION)

    def create(self, form: UploadForm) -> Any:
        cleaned = form.cleaned_data
        return self.model.objects.create(name=cleaned["name"], description=cleaned["description"])

    def next_url(self, target: Any) -> str:
        return page_url(f"{target._meta.app_label}_{target._meta.model_name}_changelist")

    def _may_import(self, form: UploadForm, file: ParsedFile[Any]) -> bool:
        return bool(file.entries) and (not file.invalid or form.cleaned_data["skip_invalid"])


class RemovalPage(ActionPage):
    """Takes back exactly what a list added."""

    model: ClassVar[Any]
    confirm_label = "Remove them"
    is_dangerous = True

    @cached_property
    def target(self) -> Any:
        return get_object_or_404(self.model, pk=self.kwargs["pk"])

    @property
    def next_url(self) -> str:
        return page_url(f"{self.model._meta.app_label}_{self.model._meta.model_name}_changelist")


class DownloadPage(AdminPage):
    """A list as a CSV file that can be imported again."""

    model: ClassVar[Any]
    title = ""
    template_name = ""

    def export(self, pk: int) -> Iterator[str]:
        raise NotImplementedError

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:  # noqa: ARG002 - Django's signature
        target = get_object_or_404(self.model, pk=pk)
        return csv_download(self.export(pk), f"{target._meta.model_name}-{pk}.csv")


class ImportedListAdmin(PermanentAdmin):
    """A subclass names its pages: of a new list, and of what can be done with one (button to page)."""

    search_fields = ("name",)
    change_form_outer_before_template = "scorer_v2/admin/page_links.html"

    entries: ClassVar[str] = ""
    """The relation to what a list holds: an empty list may be deleted. Without it, none may."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_empty = bool(obj and self.entries) and not getattr(obj, self.entries).exists()
        return is_empty and IndexedAdmin.has_delete_permission(self, request, obj)

    def page_links(self, pk: int) -> Sequence[tuple[str, str, str]]:
        """What can be done with a list: button, URL, and the permission for it."""
        raise NotImplementedError

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        offered = self.page_links(int(object_id)) if object_id.isdecimal() else ()
        links = [(label, url) for label, url, permission in offered if request.user.has_perm(permission)]
        return super().change_view(request, object_id, form_url, {"page_links": links, **(extra_context or {})})


class UnusableFile(Exception):
    def __str__(self) -> str:
        return "Some lines are invalid, or there are none: nothing was imported."
