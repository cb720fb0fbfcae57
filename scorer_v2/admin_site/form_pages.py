"""Pages that change something, and show before what they would do.

    class NewBanForm(ReasonedForm): ...

    @page
    class NewBan(FormPage):                         # fill in, see what it would do, confirm
        form_class = NewBanForm
        confirm_label = "Ban"

        def preview(self, form) -> Preview: ...     # reads only
        def perform(self, form) -> Done: ...        # in a transaction, with the entry in the log

    @page
    class EndBans(ActionPage): ...                  # about rows that the URL names: see, say why, confirm

What was filled in travels to the confirmation in hidden fields, and is validated again there.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from scorer_v2.admin_site.change_log import note
from scorer_v2.admin_site.forms import LOG_REASON, ReasonedForm
from scorer_v2.admin_site.pages import AdminPage
from scorer_v2.database.bulk import patient_transaction
from scorer_v2.primitives.errors import Conflict, DatabaseUnavailable, DomainError

logger = logging.getLogger("scorer_v2.admin_site")

CONFIRM, EDIT = "confirm", "edit"
QUERY_CANCELED = "57014"


@dataclass(frozen=True, slots=True)
class Table:
    """A few rows to look at. `note` says what is not shown."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]
    note: str = ""
    identity: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a form would do. `counts` are labels and numbers; without `is_possible` there is nothing to confirm."""

    sentence: str
    counts: Sequence[tuple[str, Any]] = ()
    warnings: Sequence[str] = ()
    tables: Sequence[Table] = ()
    links: Sequence[tuple[str, str]] = ()
    is_possible: bool = True


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: a sentence for the operator and the log, the objects whose history gets it, and where to go."""

    sentence: str
    objects: Sequence[Model]
    next_url: str
    flag: int = CHANGE


class ChangingPage(AdminPage):
    """What both kinds of pages that change something have in common."""

    form_class: ClassVar[Any] = ReasonedForm
    explanation: str = ""
    """A sentence above the form."""
    confirm_label: ClassVar[str] = "Confirm"
    is_dangerous: ClassVar[bool] = False
    """Whether the button of the confirmation is red."""
    refusals: ClassVar[tuple[type[Exception], ...]] = ()
    """Errors of the page's services whose text is for the operator, besides the domain's."""

    def perform(self, form: Any) -> Done:
        """Does it. The entry in the log is written in the same transaction."""
        raise NotImplementedError

    def afterwards(self, form: Any, done: Done) -> None:
        """What comes after the transaction, such as computing scores again. Tells its outcome by messages."""

    def make_form(self, *args: Any, **kwargs: Any) -> forms.Form:
        made: forms.Form = self.form_class(*args, **kwargs)
        return made

    def show_form(self, form: forms.Form, *, status: int = 200) -> HttpResponseBase:
        return self.show(form=form, page=self, status=status)

    def confirm(self, form: forms.Form) -> HttpResponseBase:
        with patient_transaction():
            done = self.perform(form)
            note(self.request, done.objects, done.sentence, reason=form.cleaned_data[LOG_REASON], flag=done.flag)
        messages.success(self.request, done.sentence)
        self.afterwards(form, done)
        return HttpResponseRedirect(done.next_url)

    def refuse(self, form: forms.Form, fault: Exception) -> HttpResponseBase:
        """The form with the fault above it. Raises what is no refusal."""
        if not self.is_refusal(fault):
            raise fault
        form.add_error(None, told(fault))
        return self.show_form(form, status=status_of(fault))

    def is_refusal(self, fault: Exception) -> bool:
        return isinstance(fault, (DomainError, Conflict, *self.refusals))


class FormPage(ChangingPage):
    template_name = "scorer_v2/admin/form_page.html"
    preview_label: ClassVar[str] = "Preview"
    shown_by_preview: ClassVar[Collection[str]] = ()
    """Fields that the preview need not repeat."""

    def preview(self, form: Any) -> Preview:
        """What confirming this valid form would do. Writes nothing."""
        raise NotImplementedError

    def initial(self) -> Mapping[str, Any]:
        """What the form begins with: the query of the URL, unless a page knows better."""
        return self.request.GET.dict()

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002 - Django's signature
        return self.show_form(self.make_form(initial=self.initial()))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002 - Django's signature
        form = self.make_form(request.POST, request.FILES)
        if not form.is_valid() or EDIT in request.POST:
            return self.show_form(form)
        try:
            return self.confirm(form) if CONFIRM in request.POST else self._show_preview(form)
        except Exception as fault:
            return self.refuse(form, fault)

    def _show_preview(self, form: forms.Form) -> HttpResponseBase:
        with patient_transaction():
            preview = self.preview(form)
        return self.show(form=form, page=self, preview=preview, summary=summary(form, but=self.shown_by_preview))


class ActionPage(ChangingPage):
    """A page about rows that its URL names: it shows at once what would be done, and asks why.

    The URL's query stays the same from the first look to the confirmation.
    """

    template_name = "scorer_v2/admin/action_page.html"

    def preview(self) -> Preview:
        """What confirming would do. Writes nothing."""
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002 - Django's signature
        return self.show_form(self.make_form())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002 - Django's signature
        form = self.make_form(request.POST)
        if not form.is_valid():
            return self.show_form(form)
        try:
            return self.confirm(form)
        except Exception as fault:
            return self.refuse(form, fault)

    def show_form(self, form: forms.Form, *, status: int = 200) -> HttpResponseBase:
        try:
            with patient_transaction():
                preview = self.preview()
        except Exception as fault:
            if not self.is_refusal(fault):
                raise
            preview, status = Preview(told(fault), is_possible=False), status_of(fault)
        return self.show(form=form, page=self, preview=preview, status=status)


def status_of(fault: Exception) -> int:
    return 503 if isinstance(fault, DatabaseUnavailable) else 200


def told(fault: Exception) -> str:
    """An error as a sentence for the operator."""
    if isinstance(fault, Conflict):
        return "Somebody else changed the same rows, and nothing was done. Try again."
    if isinstance(fault, DatabaseUnavailable) and fault.sqlstate == QUERY_CANCELED:
        return "The database took too long, and nothing was done. The commands have no such limit (docs/commands.md)."
    return str(fault)


def summary(form: forms.Form, *, but: Collection[str] = ()) -> list[tuple[str, str]]:
    """Label and value of what was filled in."""
    fields = (field for field in form.visible_fields() if field.name not in but)
    shown = ((field, form.cleaned_data.get(field.name)) for field in fields)
    return [(str(field.label), _text(value)) for field, value in shown if value not in (None, "", [])]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
