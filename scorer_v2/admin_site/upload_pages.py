"""Pages that take a CSV file: upload, preview with every line that is not used, confirm."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from scorer_v2.admin_site.drafts import Draft, find_draft, forget_draft, keep_draft
from scorer_v2.admin_site.form_pages import Done, FormPage, Table
from scorer_v2.admin_site.forms import ReasonedForm
from scorer_v2.admin_site.uploads import TOO_LARGE
from scorer_v2.conf import settings
from scorer_v2.operations.csv_files import ParsedFile, RejectedLine, UnreadableFile, csv_lines, rejected_lines_file

SHOWN_LINES = 20
SHOWN_CELLS = 200
REJECTED = "rejected"


class UploadForm(ReasonedForm):
    """The file, or the key of the draft that an earlier step kept of it."""

    file = forms.FileField(
        label="CSV file", required=False, widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"})
    )
    draft = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(self, *args: Any, request: HttpRequest, purpose: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request, self._purpose = request, purpose
        self.kept: Draft | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        try:
            self.kept = self._draft(cleaned)
        except UnreadableFile as fault:
            self.add_error("file", str(fault))
        return cleaned

    def _draft(self, cleaned: Mapping[str, Any]) -> Draft:
        if self._request.META.get(TOO_LARGE):
            raise UnreadableFile(f"The file is larger than {settings.ADMIN_UPLOAD_BYTES / 1_000_000:g} MB.")
        uploaded = cleaned.get("file")
        if uploaded:
            return Draft(decoded(uploaded.read()), uploaded.name)
        kept = find_draft(self._request, cleaned.get("draft") or "", purpose=self._purpose)
        if kept is None:
            raise UnreadableFile(
                "The file is not kept any more: choose it again." if cleaned.get("draft") else "Choose a file."
            )
        return kept


class UploadPage(FormPage):
    form_class: ClassVar[Any] = UploadForm

    @staticmethod
    def parse(data: bytes) -> ParsedFile[Any]:
        """The lines of a file. Raises UnreadableFile."""
        raise NotImplementedError

    def make_form(self, *args: Any, **kwargs: Any) -> UploadForm:
        made: UploadForm = self.form_class(*args, request=self.request, purpose=self.purpose, **kwargs)
        return made

    @property
    def purpose(self) -> str:
        """A draft of one page, and of one object, is of no use for another."""
        return f"{self.name} {sorted(self.kwargs.items())}"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        key = request.GET.get(REJECTED)
        kept = find_draft(request, key, purpose=self.purpose) if key else None
        return super().get(request, **kwargs) if kept is None else self._download_rejected(kept)

    def file_of(self, form: UploadForm) -> ParsedFile[Any]:
        """The lines of a valid form's file. Raises UnreadableFile."""
        assert form.kept is not None  # noqa: S101 - for the type checker: the form is valid
        return self.parse(form.kept.text.encode())

    def unused(self, file: ParsedFile[Any]) -> Iterable[RejectedLine]:
        """Lines that are valid and not used all the same."""
        del file
        return ()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().post(request, **kwargs)
        except UnreadableFile as fault:
            form = self.make_form(request.POST)
            form.is_valid()
            form.errors.pop("file", None)
            form.add_error("file", str(fault))
            return self.show_form(form)

    def afterwards(self, form: Any, done: Done) -> None:  # noqa: ARG002 - the base's
        forget_draft(self.request)

    def keep(self, form: UploadForm) -> str:
        """Keeps the file until it is confirmed; gives the URL of its unused lines. Call it in `preview`."""
        assert form.kept is not None  # noqa: S101 - for the type checker: the form is valid
        if form.cleaned_data.get("file"):
            sent: Any = form.data
            changed = sent.copy()
            changed["draft"] = keep_draft(self.request, form.kept, purpose=self.purpose)
            form.data = changed
        return f"{self.request.path}?{REJECTED}={form.data['draft']}"

    def _download_rejected(self, kept: Draft) -> HttpResponseBase:
        file = self.parse(kept.text.encode())
        lines = rejected_lines_file(file, also=self.unused(file))
        return csv_download(lines, "lines-not-used.csv")


def decoded(data: bytes) -> str:
    """Raises UnreadableFile."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"The file is not UTF-8 text, at byte {error.start + 1}.") from None


def lines_table(rejected: Sequence[RejectedLine]) -> Table:
    """The first lines that are not used, and why."""
    rows = [(line.line, line.reason, ", ".join(line.cells)[:SHOWN_CELLS]) for line in rejected[:SHOWN_LINES]]
    more = len(rejected) - len(rows)
    note = f"and {more:,} more; the download has all of them" if more else ""
    return Table("Lines that are not used", ("Line", "Reason", "Content"), rows, note, identity="rejected-lines")


def csv_download(lines: Iterable[str], name: str) -> HttpResponseBase:
    """A CSV file as an answer, sent while it is read."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


__all__ = ["UploadForm", "UploadPage", "csv_download", "csv_lines", "lines_table"]
