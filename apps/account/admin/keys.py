"""API keys (contract, section 6.6): made and shown once, limited, revoked for good."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import IntegrityError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from apps.account.key_limits import limit_choices, limit_conflicts, limit_name
from apps.account.models import AccountAPIKey, AccountAPIKeyAnalytics
from apps.account.new_keys import make_key, new_prefix
from scorer_v2.admin_site.buttons import list_button, row_button
from scorer_v2.admin_site.form_pages import ActionPage, Done, Preview
from scorer_v2.admin_site.forms import ReasonedForm
from scorer_v2.admin_site.model_admin import PermanentAdmin
from scorer_v2.admin_site.pages import page

LIMITS = ("rate_limit", "analysis_rate_limit", "embed_rate_limit")
LIMIT_NAMES = frozenset(LIMITS)
PERMISSIONS = ("read_scores", "submit_passports", "create_scorers", "historical_endpoint")
MADE_ALREADY = "This form has made a key already. A key is shown once only: revoke that one, and make another."
MOST_CALLS = 1_000


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The limits are chosen from the tiers; a limit of no tier that a row has stays until another one is chosen."""

    class Meta:
        model = AccountAPIKey
        fields = ("name", *LIMITS, "expiry_date", *PERMISSIONS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in LIMITS:
            if name in self.fields:
                self.fields[name] = self._limit_field(name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in LIMITS:
            if cleaned.get(name) == "" and self.initial.get(name, "") is None:
                cleaned[name] = None  # null is unlimited too, and is answered as it is
        if self.instance._state.adding or not LIMIT_NAMES.isdisjoint(self.changed_data):
            for name, sentence in limit_conflicts(**{name: cleaned.get(name) for name in LIMITS}):
                self.add_error(name, sentence)
        return cleaned

    def _limit_field(self, name: str) -> forms.ChoiceField:
        choices = limit_choices(analysis=name == "analysis_rate_limit")
        stored = self.initial.get(name)
        if stored and stored not in dict(choices):
            choices = [*choices, (stored, limit_name(stored))]
        return forms.ChoiceField(
            label=self.fields[name].label,
            choices=choices,
            required=False,
            initial=choices[0][0],
            widget=UnfoldAdminSelectWidget(choices=choices),
        )

    def _get_validation_exclusions(self) -> set[str]:
        """The limits are validated here: the model's choices do not have those of old rows."""
        return {*super()._get_validation_exclusions(), *LIMITS}  # type: ignore[misc]  # not in the stubs


class NewKeyForm(KeyForm):
    """`new_prefix` comes with the form, so that sending it again makes no second key."""

    new_prefix = forms.CharField(
        widget=forms.HiddenInput,
        initial=new_prefix,
        validators=[RegexValidator(r"^[0-9a-f]{8}\Z", "This is no prefix.")],
    )

    class Meta(KeyForm.Meta):
        fields = ("account", *KeyForm.Meta.fields)  # type: ignore[assignment]

    def clean_new_prefix(self) -> str:
        prefix = str(self.cleaned_data["new_prefix"])
        if AccountAPIKey.objects.filter(prefix=prefix).exists():
            raise ValidationError(MADE_ALREADY)
        return prefix

    def clean_expiry_date(self) -> Any:
        expiry = self.cleaned_data["expiry_date"]
        if expiry is not None and expiry <= timezone.now():
            raise ValidationError("The key would have expired already.")
        return expiry


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return [("usable", "Usable"), ("expired", "Expired"), ("revoked", "Revoked"), ("slow", "Slow (PBKDF2 only)")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 - Django's signature
        expired = Q(expiry_date__lt=timezone.now())
        wanted = {
            "usable": Q(revoked=False) & ~expired,
            "expired": Q(revoked=False) & expired,
            "revoked": Q(revoked=True),
            "slow": Q(revoked=False, hashed_key_sha256=None) & ~Q(hashed_key__startswith="sha256$"),
        }
        return queryset.filter(wanted[self.value() or ""]) if self.value() in wanted else queryset


@admin.register(AccountAPIKey)
class AccountAPIKeyAdmin(PermanentAdmin):
    form = KeyForm
    add_form = NewKeyForm
    list_display = ("name", "prefix", "account", "standard", "analysis", "embed", "state", "expiry_date", "created")
    list_select_related = ("account",)
    list_filter = (StateFilter, "read_scores")
    search_fields = ("prefix__exact", "name__icontains", "account__address__exact", *LIMITS)
    raw_id_fields = ("account",)
    ordering = ("-created",)
    add_fieldsets = (
        ("Key", {"fields": ("account", "name", "expiry_date", "new_prefix")}),
        ("Limits", {"fields": LIMITS}),
        ("Permissions", {"fields": PERMISSIONS}),
    )
    fieldsets = (
        ("Key", {"fields": ("prefix", "account", "name", "expiry_date", "revoked", "created")}),
        ("Limits", {"fields": LIMITS}),
        ("Permissions", {"fields": PERMISSIONS}),
    )
    actions_list = ("audit",)
    actions_detail = ("revoke",)
    audit = list_button("Audit", page="audit_keys", permission="account.view_accountapikey", icon="policy")
    revoke = row_button("Revoke", page="revoke_key", permission="account.change_accountapikey", icon="key_off")

    @admin.display(description="Limit")
    def standard(self, key: AccountAPIKey) -> str:
        return limit_name(key.rate_limit)

    @admin.display(description="Analysis limit")
    def analysis(self, key: AccountAPIKey) -> str:
        return limit_name(key.analysis_rate_limit)

    @admin.display(description="Embed limit")
    def embed(self, key: AccountAPIKey) -> str:
        return limit_name(key.embed_rate_limit)

    @admin.display
    def state(self, key: AccountAPIKey) -> str:
        if key.revoked:
            return "revoked"
        return "expired" if key.expiry_date and key.expiry_date < timezone.now() else "usable"

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """One way on: the key has to be seen first."""
        buttons = {"show_save_and_add_another": False, "show_save_and_continue": False}
        try:
            return super().add_view(request, form_url, {**buttons, **(extra_context or {})})
        except IntegrityError:  # the form was sent twice at the same moment
            messages.error(request, MADE_ALREADY)
            return HttpResponseRedirect(reverse("admin:account_accountapikey_changelist"))

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's signature
        """A key has the account that it was made for, and is revoked on a page of its own."""
        return ("prefix", "account", "revoked", "created") if obj else ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A whole key that somebody pasted is found by its prefix, and goes no further."""
        return super().get_search_results(request, queryset, search_term.partition(".")[0])

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002 - Django's signature
        if not change:
            key = make_key(prefix=form.cleaned_data["new_prefix"])
            obj.id, obj.prefix = key.row_id, key.prefix
            obj.hashed_key = obj.hashed_key_sha256 = key.digest
            obj.text_to_show_once = key.text
        obj.save(force_insert=not change, force_update=change)  # a key of the same prefix must not be overwritten

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """The only answer that ever has the key. No session, log or cache gets it."""
        context = {**self.admin_site.each_context(request), "title": "The new key", "key": obj}
        answer = TemplateResponse(request, "account/admin/new_key.html", {**context, "text": obj.text_to_show_once})
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer


@page
class RevokeKey(ActionPage):
    path = "account/accountapikey/<str:pk>/revoke/"
    name = "revoke_key"
    title = "Revoke an API key"
    permissions = ("account.change_accountapikey",)
    explanation = "From then on the key is refused everywhere. This cannot be undone."
    confirm_label = "Revoke for good"
    is_dangerous = True

    def preview(self) -> Preview:
        key = self._find()
        calls = AccountAPIKeyAnalytics.objects.filter(api_key=key)
        counted = calls[:MOST_CALLS].count()
        latest = calls.order_by("-pk").values_list("created_at", flat=True).first()
        return Preview(
            f"{key} of account {key.account.address} is revoked already."
            if key.revoked
            else f"{key} of account {key.account.address} is revoked.",
            counts=[
                ("Calls on record", f"{counted:,}{' or more' if counted == MOST_CALLS else ''}"),
                ("Latest call", f"{latest:%Y-%m-%d %H:%M} UTC" if latest else "none"),
            ],
            is_possible=not key.revoked,
        )

    def perform(self, form: ReasonedForm) -> Done:  # noqa: ARG002 - the base's
        key = self._find()
        AccountAPIKey.objects.filter(pk=key.pk).update(revoked=True)
        return Done("Revoked.", [key], reverse("admin:account_accountapikey_change", args=[key.pk]))

    def _find(self) -> AccountAPIKey:
        return get_object_or_404(AccountAPIKey.objects.select_related("account"), pk=self.kwargs["pk"])
