"""Pages that ban, that make bans count, and that end them."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from apps.ceramic_cache.admin.bans import bans_of, in_force
from apps.ceramic_cache.bans.services import (
    BanPreview,
    RevokedMatching,
    ban_ids_in_force,
    end_bans,
    preview_ban,
    revoke_matching,
)
from apps.ceramic_cache.bans.targets import BanTarget, InvalidBan, ban_target
from apps.ceramic_cache.models import Ban, BanList, RevocationList
from apps.registry.admin.rescoring import (
    MOST_ADDRESSES,
    TOO_MANY,
    RescoringForm,
    limit_rescoring,
    rescore,
    wants_rescoring,
)
from scorer_v2.admin_site.change_log import ADDITION
from scorer_v2.admin_site.form_pages import ActionPage, Done, FormPage, Preview, Table, told
from scorer_v2.admin_site.forms import MomentField
from scorer_v2.admin_site.pages import AdminPage, page, page_url
from scorer_v2.primitives.errors import DatabaseUnavailable

SHOWN = 20
MOST_STAMPS = 100_000
"""More revocations than a browser waits for."""
MAY_ADD, MAY_CHANGE = "ceramic_cache.add_ban", "ceramic_cache.change_ban"


class NewBanForm(RescoringForm):
    address = forms.CharField(required=False, max_length=100, help_text="Alone: every stamp of the address.")
    provider = forms.CharField(
        required=False, max_length=256, help_text="With an address: this stamp of it, such as Google."
    )
    hash = forms.CharField(required=False, max_length=100, help_text="Alone: every stamp with this hash.")
    end_time = MomentField(required=False, label="End (UTC)", help_text="Empty: for ever.")
    reason = forms.CharField(
        required=False,
        label="Public reason",
        help_text="Shown to everybody who asks for the ban.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    revoke = forms.BooleanField(
        required=False,
        initial=True,
        label="Revoke the matching stamps at once",
        help_text="A ban alone changes no score. Stamps that come later are revoked when it is run again.",
    )
    field_order: Sequence[str] = ("address", "provider", "hash", "end_time", "reason", "revoke", "rescore")

    def clean_end_time(self) -> Any:
        end_time = self.cleaned_data["end_time"]
        if end_time and end_time <= timezone.now():
            raise ValidationError("This is past: the ban would never be in force.")
        return end_time

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        try:
            self.target = ban_target(**{name: cleaned.get(name) or "" for name in ("address", "provider", "hash")})
        except InvalidBan as fault:
            raise ValidationError(str(fault)) from None
        return cleaned


@page
class NewBan(FormPage):
    path, name = "ceramic_cache/ban/add/", "new_ban"
    title = "Ban an address, a stamp or a hash"
    explanation = "Fill in an address, an address and a provider, or a hash. The type follows from it."
    permissions = (MAY_ADD,)
    template_name = "admin/ceramic_cache/new_ban.html"
    form_class = NewBanForm
    confirm_label = "Ban"
    is_dangerous = True

    def make_form(self, *args: Any, **kwargs: Any) -> forms.Form:
        form = super().make_form(*args, **kwargs)
        limit_rescoring(form, self.request)
        return form

    def preview(self, form: NewBanForm) -> Preview:
        found = preview_ban(address=form.target.address, provider=form.target.provider, hash=form.target.hash)
        return shown(found)

    def perform(self, form: NewBanForm) -> Done:
        cleaned, target = form.cleaned_data, form.target
        ban = Ban.objects.create(
            type=target.type,
            address=target.address,
            provider=target.provider,
            hash=target.hash,
            end_time=cleaned["end_time"],
            reason=cleaned["reason"] or None,
        )
        sentence = f"Banned {target}."
        self._concerned: tuple[str, ...] = ()
        if cleaned["revoke"]:
            revoked, told_so = revoke([ban.pk], name=f"by ban {ban.pk}")
            self._concerned = revoked.addresses
            sentence += f" {told_so}"
        return Done(sentence, [ban], page_url("ceramic_cache_ban_changelist"), ADDITION)

    def afterwards(self, form: Any, done: Done) -> None:  # noqa: ARG002 - the base's
        if wants_rescoring(form):
            rescore(self.request, self._concerned)


@page
class LivePreview(AdminPage):
    """What a ban would hit, as a piece of a page, while somebody types. A hash is too slow for it."""

    path, name = "ceramic_cache/ban/preview/", "live_ban_preview"
    title = ""
    permissions = (MAY_ADD,)
    template_name = "scorer_v2/admin/preview.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return render(request, self.template_name, {"preview": self._preview(request.GET.dict())})

    def _preview(self, given: dict[str, str]) -> Preview:
        try:
            target = ban_target(**{name: given.get(name, "") for name in ("address", "provider", "hash")})
            if target.hash:
                return Preview(f"This bans {target}. “Preview” looks for it in all stored stamps.")
            return shown(preview_ban(address=target.address, provider=target.provider))
        except (InvalidBan, DatabaseUnavailable) as fault:
            return Preview(told(fault))


class OfBans(ActionPage):
    """About the bans that the URL names: `?bans=1,2` or `?ban_list=3`."""

    permissions = (MAY_CHANGE,)

    @cached_property
    def ban_list(self) -> BanList | None:
        given = self.request.GET.get("ban_list", "")
        return BanList.objects.filter(pk=int(given)).first() if given.isdecimal() else None

    @cached_property
    def ban_ids(self) -> Sequence[int]:
        """The chosen ones, or those of the list that are in force. Raises Http404."""
        if self.ban_list is not None:
            return ban_ids_in_force(ban_list_id=self.ban_list.pk, limit=10_000_000)
        given = self.request.GET.get("bans", "").split(",")
        if not all(each.isdecimal() for each in given):
            raise Http404("Nobody said which bans.")
        return [int(each) for each in given]

    @property
    def objects(self) -> Sequence[Any]:
        """Whose history has what was done."""
        return [self.ban_list] if self.ban_list is not None else list(Ban.objects.filter(pk__in=self.ban_ids))

    @property
    def next_url(self) -> str:
        query = {"ban_list__id__exact": self.ban_list.pk} if self.ban_list is not None else None
        return page_url("ceramic_cache_ban_changelist", query)

    @property
    def subject(self) -> str:
        return f"the bans of {self.ban_list}" if self.ban_list is not None else f"{len(self.ban_ids):,} bans"


@page
class RevokeMatching(OfBans):
    path, name = "ceramic_cache/ban/revoke-matching/", "revoke_matching"
    title = "Revoke matching stamps"
    form_class = RescoringForm
    confirm_label = "Revoke these stamps"
    is_dangerous = True

    def make_form(self, *args: Any, **kwargs: Any) -> forms.Form:
        form = super().make_form(*args, **kwargs)
        limit_rescoring(form, self.request)
        return form

    def preview(self) -> Preview:
        found = revoke_matching(ban_ids=self.ban_ids, dry_run=True)
        warnings = []
        if found.ended:
            warnings.append(f"{found.ended:,} of the bans have ended, or are gone: they revoke nothing.")
        is_too_much = found.stamps > MOST_STAMPS
        if is_too_much:
            warnings.append(f"More than {MOST_STAMPS:,} stamps are too many for this page: run {self._command}.")
        elif len(found.addresses) > MOST_ADDRESSES:
            warnings.append(f"{TOO_MANY} to compute scores again: {self._command} does both.")
        return Preview(
            f"Revoke the live stamps that {self.subject} fit?" if found.stamps else "There is nothing to revoke.",
            counts=(
                ("bans in force", f"{found.bans:,}"),
                ("stamps to revoke", f"{found.stamps:,}"),
                ("addresses", f"{len(found.addresses):,}"),
                ("already revoked", f"{found.already_revoked:,}"),
            ),
            warnings=warnings,
            tables=[_addresses(found.addresses)],
            is_possible=found.bans > 0 and not is_too_much,
        )

    def perform(self, form: Any) -> Done:  # noqa: ARG002 - the base's
        done, sentence = revoke(self.ban_ids, name=f"by {self.subject}")
        self._concerned = done.addresses
        return Done(f"{done.bans:,} bans run. {sentence}", self.objects, self.next_url)

    def afterwards(self, form: Any, done: Done) -> None:  # noqa: ARG002 - the base's
        if wants_rescoring(form):
            rescore(self.request, self._concerned)

    @property
    def _command(self) -> str:
        chosen = f"--ban-list {self.ban_list.pk}" if self.ban_list is not None else "--ban ID"
        return f"manage.py revoke_matching {chosen} --rescore"


@page
class EndBans(OfBans):
    path, name = "ceramic_cache/ban/end/", "end_bans"
    title = "End bans"
    confirm_label = "End them now"

    def preview(self) -> Preview:
        active = Ban.objects.filter(in_force(), pk__in=self.ban_ids)
        count = active.count()
        rows = [(ban.pk, str(ban)) for ban in active.order_by("pk")[:SHOWN]]
        return Preview(
            f"End {count:,} bans now?" if count else "None of these bans is in force.",
            counts=(("in force", f"{count:,}"), ("ended already", f"{len(self.ban_ids) - count:,}")),
            warnings=["What they revoked stays revoked, until its revocation list is taken back."],
            tables=[Table("Bans that end", ("Id", "Ban"), rows, _more(count))],
            is_possible=count > 0,
        )

    def perform(self, form: Any) -> Done:  # noqa: ARG002 - the base's
        return Done(f"{end_bans(ban_ids=self.ban_ids):,} bans ended.", self.objects, self.next_url)


def revoke(ban_ids: Sequence[int], *, name: str) -> tuple[RevokedMatching, str]:
    """Runs bans, and says what came of it. Their revocations make a list of their own, by which they are taken back."""
    made = RevocationList.objects.create(name=f"{name}, {timezone.now():%Y-%m-%d %H:%M}"[:256])
    done = revoke_matching(ban_ids=ban_ids, revocation_list_id=made.pk)
    if not done.stamps:
        made.delete()
        return done, "No stamp was left to revoke."
    count = f"{done.stamps:,} stamps of {len(done.addresses):,} addresses"
    return done, f"{count} revoked, as the revocation list {made.name} ({made.pk})."


def shown(found: BanPreview) -> Preview:
    """What a ban would hit, and which bans ban the same already."""
    earlier = list(bans_of(found.target).filter(in_force()).order_by("pk")[:SHOWN])
    warnings = [f"The same is banned already: {ban} (ban {ban.pk})." for ban in earlier]
    if not found.stamps:
        warnings.append("No live stamp fits now.")
    return Preview(
        f"Type: {_kind(found.target)}. This bans {found.target}.",
        counts=(
            ("addresses", f"{len(found.addresses):,}"),
            ("live stamps", f"{found.stamps:,}"),
            ("of them revoked already", f"{found.revoked:,}"),
            ("communities where they pass", f"{len(found.communities):,}"),
        ),
        warnings=warnings,
        tables=[
            Table(
                "Communities where they pass now",
                ("Community", "Name", "Addresses that pass"),
                [(each.id, each.name, each.addresses) for each in found.communities[:SHOWN]],
                _more(len(found.communities)),
                identity="passing-communities",
            ),
            _addresses(found.addresses),
        ],
    )


def _kind(target: BanTarget) -> str:
    return str(Ban.BanType(target.type).label).lower()


def _addresses(addresses: Sequence[str]) -> Table:
    rows = [(address,) for address in addresses[:SHOWN]]
    return Table("Addresses", ("Address",), rows, _more(len(addresses)), identity="hit-addresses")


def _more(count: int) -> str:
    return f"and {count - SHOWN:,} more" if count > SHOWN else ""
