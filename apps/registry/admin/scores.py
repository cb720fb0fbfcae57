"""Passports and scores: found by address, explained, and computed again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from apps.registry.admin.explanation_page import explain_link
from apps.registry.models import Passport, Score
from apps.registry.recalculation.records import Tally
from apps.registry.rescoring import rescore_scores
from scorer_v2.admin_site.form_pages import ActionPage, Done, Preview, Table
from scorer_v2.admin_site.forms import ReasonedForm
from scorer_v2.admin_site.ids_field import chosen_ids, joined
from scorer_v2.admin_site.model_admin import ReadOnlyAdmin
from scorer_v2.admin_site.pages import page, page_url
from scorer_v2.primitives.errors import DomainError

MOST_AT_ONCE = 100
NONE = "-"


@admin.register(Passport)
class PassportAdmin(ReadOnlyAdmin):
    list_display = ("id", "explain", "address", "community")
    list_select_related = ("community",)
    search_fields = ("address__exact",)

    @admin.display(description="Why")
    def explain(self, passport: Passport) -> str:
        return explain_link(passport.address, passport.community_id)


@admin.register(Score)
class ScoreAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "explain",
        "address",
        "community",
        "raw_score",
        "score",
        "status",
        "last_score_timestamp",
        "expiration_date",
        "error",
    )
    list_select_related = ("passport__community",)
    search_fields = ("passport__address__exact",)
    actions = ("recalculate",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without what is large and not in the list; the page of a score reads it when it shows it."""
        return super().get_queryset(request).defer("stamps", "stamp_scores")

    @admin.display
    def address(self, score: Score) -> str:
        return score.passport.address or NONE

    @admin.display
    def community(self, score: Score) -> str:
        return str(score.passport.community or NONE)

    @admin.display(description="Sum")
    def raw_score(self, score: Score) -> str:
        return str((score.evidence or {}).get("rawScore", NONE))

    @admin.display(description="Why")
    def explain(self, score: Score) -> str:
        return explain_link(score.passport.address, score.passport.community_id)

    @admin.action(description="Recalculate user score", permissions=["rescore"])
    def recalculate(self, request: HttpRequest, queryset: QuerySet[Score]) -> HttpResponseRedirect:  # noqa: ARG002 - Django's signature
        chosen = queryset.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1]
        return HttpResponseRedirect(page_url(RescoreScores.name, {"scores": joined(chosen)}))

    def has_rescore_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("registry.rescore_individual_score")


@page
class RescoreScores(ActionPage):
    path = "registry/score/recalculate/"
    name = "rescore_scores"
    title = "Recalculate user scores"
    permissions = ("registry.rescore_individual_score",)
    explanation = "Computes these scores again, by all rules of a request; every proof is verified."
    confirm_label = "Recalculate"

    def preview(self) -> Preview:
        found = self._found()
        missing = len(self._wanted()) - len(found)
        return Preview(
            f"{len(found)} scores are computed again.",
            warnings=[f"{missing} of the ids are no scores."] if missing else [],
            tables=[
                Table("Scores", ("Address", "Community", "Stored", ""), [_row(one) for one in found], "", "scores")
            ],
            is_possible=bool(found),
        )

    def perform(self, form: ReasonedForm) -> Done:  # noqa: ARG002 - the base's
        found = self._found()
        return Done(
            f"Recalculating {len(found)} scores.", found, reverse("admin:registry_score_changelist") + _search(found)
        )

    def afterwards(self, form: ReasonedForm, done: Done) -> None:  # noqa: ARG002 - the base's
        """Scorings are transactions of their own."""
        with failures_told(self.request):
            messages.info(self.request, told_tally(rescore_scores(score_ids=[score.pk for score in done.objects])))

    def _wanted(self) -> list[int]:
        return chosen_ids(self.request.GET.get("scores", ""), most=MOST_AT_ONCE)

    def _found(self) -> list[Score]:
        chosen = Score.objects.filter(pk__in=self._wanted(), passport__community__isnull=False)
        return list(chosen.select_related("passport__community").order_by("pk"))


@contextmanager
def failures_told(request: HttpRequest) -> Iterator[None]:
    """Scores that were computed before a failure stay so, and so does the entry in the log."""
    try:
        yield
    except DomainError as failure:
        messages.error(request, f"Not all scores were computed again: {failure}")


def told_tally(tally: Tally) -> str:
    """What became of scores, as a sentence."""
    return (
        f"{tally.passports} scores computed: {tally.changed} changed, {tally.newly_passing} newly passing, "
        f"{tally.no_longer_passing} no longer passing, {tally.errors} errors of the data, {tally.failed} failed."
    )


def _row(score: Score) -> Sequence[Any]:
    passport = score.passport
    stored = f"{(score.evidence or {}).get('rawScore', NONE)}, {score.status}"
    return passport.address, str(passport.community), stored, explain_link(passport.address, passport.community_id)


def _search(found: Sequence[Score]) -> str:
    """Back to what was looked for, where all are one address's."""
    addresses = {score.passport.address for score in found}
    return f"?q={addresses.pop()}" if len(addresses) == 1 else ""
