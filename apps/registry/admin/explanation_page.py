"""Why an address has the score that it has. Reads only."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html

from apps.registry.explanations.records import (
    ComputedOutcome,
    ScoreEvent,
    ScoreExplanation,
    StampExplanation,
    StoredOutcome,
)
from apps.registry.explanations.services import explain_score
from apps.registry.models import Passport
from scorer_v2.admin_site.form_pages import Table, told
from scorer_v2.admin_site.forms import PageForm
from scorer_v2.admin_site.pages import AdminPage, page, page_url
from scorer_v2.primitives.addresses import lowercase_address
from scorer_v2.primitives.errors import DomainError, InvalidAddress

LARGEST_ID = 2**63 - 1
SHOWN_COMMUNITIES = 100
NONE = "-"
EVENT_NAMES = {"SCU": "Score update", "LDP": "Deduplication"}


class ExplainForm(PageForm):
    address = forms.CharField(max_length=100, help_text="In any case.")
    scorer = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=LARGEST_ID,
        label="Community",
        help_text="Its id. Blank: show the communities that have scored the address.",
    )

    def clean_address(self) -> str:
        try:
            return lowercase_address(self.cleaned_data["address"].strip())
        except InvalidAddress as invalid:
            raise ValidationError(str(invalid)) from invalid


@page
class ExplainScore(AdminPage):
    path = "registry/explain-score/"
    name = "explain_score"
    title = "Explain a score"
    permissions = ("registry.view_score",)
    template_name = "registry/admin/explain_score.html"
    explanation = "Says of each stored stamp whether it counts and why not, and what scoring now would change."

    def get(self, request: HttpRequest) -> HttpResponseBase:
        form = ExplainForm(request.GET if "address" in request.GET else None)
        if not form.is_valid():
            return self.show(page=self, form=form)
        address, scorer = form.cleaned_data["address"], form.cleaned_data["scorer"]
        if scorer is None:
            return self.show(page=self, form=form, communities=_communities(address))
        try:
            explanation = explain_score(address=address, scorer_id=scorer)
        except DomainError as refusal:
            form.add_error(None, told(refusal))
            return self.show(page=self, form=form, status=503 if refusal.status == 503 else 200)
        return self.show(page=self, form=form, told=explanation, **_shown(explanation))


def explain_url(address: str | None, community_id: int | None = None) -> str:
    """The page with its form filled in."""
    query: dict[str, str | int] = {"address": address or ""}
    if community_id is not None:
        query["scorer"] = community_id
    return page_url(ExplainScore.name, query)


def explain_link(address: str | None, community_id: int | None = None) -> str:
    """A link to the page, for lists."""
    if not address:
        return NONE
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}">Explain</a>', explain_url(address, community_id)
    )


def _communities(address: str) -> Table:
    """The communities that have a passport of the address."""
    passports = (
        Passport.objects.filter(address=address, community__isnull=False)
        .select_related("community", "score")
        .order_by("community_id")[: SHOWN_COMMUNITIES + 1]
    )
    rows = [
        (
            explain_link(address, passport.community_id),
            passport.community_id,
            passport.community.name if passport.community else NONE,
            _passport_score(passport),
        )
        for passport in passports[:SHOWN_COMMUNITIES]
    ]
    note = f"Only the first {SHOWN_COMMUNITIES} are shown." if len(passports) > SHOWN_COMMUNITIES else ""
    return Table("Communities that have scored the address", ("", "Id", "Name", "Score"), rows, note, "communities")


def _passport_score(passport: Passport) -> str:
    score = getattr(passport, "score", None)
    if score is None:
        return "none"
    if score.status != "DONE":
        return f"{score.status}: {score.error or 'no score'}"
    return f"{(score.evidence or {}).get('rawScore', NONE)}, {_passing(score.score == 1)}"


def _shown(told: ScoreExplanation) -> Mapping[str, Any]:
    return {
        "stored": list(_stored(told.stored)),
        "computed": list(_computed(told.computed)),
        "stamps": Table(
            "Stamps",
            ("Provider", "Counts", "Why", "Weight", "From", "Expires", "Stored stamp"),
            [_stamp(stamp) for stamp in told.stamps],
            identity="stamps",
        ),
        "points": _points(told.points),
        "bans": Table(
            "Bans in force",
            ("Type", "Provider", "Hash", "Until", "Reason"),
            [
                (ban.type, ban.provider, ban.hash, _moment(ban.end_time, "for ever"), ban.reason or NONE)
                for ban in told.bans
            ],
            "A ban changes no score until its stamps are revoked.",
            "bans",
        ),
        "events": Table(
            "Latest events", ("Time", "Event", "What"), [_event(event) for event in told.events], identity="events"
        ),
    }


def _stored(stored: StoredOutcome | None) -> Iterator[tuple[str, Any]]:
    if stored is None:
        yield "Score", "none"
        return
    if stored.error is not None or stored.status != "DONE":
        yield "Status", stored.status
        yield "Error", stored.error or NONE
        return
    yield "Score", stored.raw_score
    yield "Threshold", stored.threshold
    yield "Passes", _yes(stored.passing)
    yield "Scored", _moment(stored.last_score_timestamp)
    yield "Expires", _moment(stored.expiration_date)


def _computed(computed: ComputedOutcome) -> Iterator[tuple[str, Any]]:
    if computed.error is not None:
        yield "Error", computed.error
        return
    yield "Score", computed.raw_score
    yield "Threshold", computed.threshold
    yield "Passes", _yes(computed.passing)
    yield "Expires", _moment(computed.expiration_date)
    if computed.points_awarded:
        yield "Would award", ", ".join(computed.points_awarded)


def _stamp(stamp: StampExplanation) -> Sequence[Any]:
    stored = reverse("admin:ceramic_cache_ceramiccache_change", args=(stamp.id,))
    return (
        stamp.provider,
        format_html('<span data-verdict="{}">{}</span>', stamp.verdict, _yes(stamp.counts)),
        stamp.sentence,
        stamp.weight,
        stamp.weight_source or NONE,
        format_html('<span class="whitespace-nowrap">{}</span>', stamp.expires_at or NONE),
        format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', stored, stamp.id),
    )


def _points(points: Mapping[str, Any] | None) -> Table | None:
    if points is None:
        return None
    rows = [*points["breakdown"].items(), ("In all", points["total_points"]), ("Multiplier", points["multiplier"])]
    return Table("Human points", ("Action", "Points"), rows, identity="points")


def _event(event: ScoreEvent) -> Sequence[Any]:
    return _moment(event.created_at), EVENT_NAMES.get(event.action, event.action), _event_text(event.data)


def _event_text(data: Any) -> str:
    """Old events have other forms."""
    fields = data.get("fields", data) if isinstance(data, dict) else {}
    if not isinstance(fields, dict):
        return NONE
    if "provider" in fields:
        return f"{fields['provider']} was another address's"
    evidence = fields.get("evidence")
    raw_score = evidence.get("rawScore") if isinstance(evidence, dict) else fields.get("score")
    return f"score {raw_score}"


def _moment(moment: datetime | None, otherwise: str = NONE) -> str:
    return otherwise if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _passing(passing: bool) -> str:
    return "passing" if passing else "not passing"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
