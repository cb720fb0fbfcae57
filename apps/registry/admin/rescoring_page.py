"""Scores of whole communities, computed again: at once, by a command, or by the queue's worker."""

from django import forms
from django.contrib import messages
from django.urls import reverse

from apps.account.admin.communities import MOST_COMMUNITIES
from apps.account.models import Community
from apps.registry.admin.scores import failures_told, told_tally
from apps.registry.rescoring import AT_ONCE, Rescoring, plan_rescoring, queue_rescoring, rescore_communities
from scorer_v2.admin_site.form_pages import Done, FormPage, Preview, Table
from scorer_v2.admin_site.forms import ReasonedForm
from scorer_v2.admin_site.ids_field import IdsField
from scorer_v2.admin_site.pages import page
from scorer_v2.conf import settings

NOW, QUEUE = "now", "queue"


class RescoreForm(ReasonedForm):
    communities = IdsField(most=MOST_COMMUNITIES)
    way = forms.ChoiceField(
        label="How",
        choices=[(NOW, f"Here and now (up to {AT_ONCE:,} passports)"), (QUEUE, "Send a message to the queue")],
        initial=NOW,
    )


@page
class RescoreCommunities(FormPage):
    path = "account/community/recalculate/"
    name = "rescore_communities"
    title = "Recalculate scores"
    permissions = ("account.change_community",)
    form_class = RescoreForm
    explanation = "Computes all scores of communities again, with the weights that their scorers have now."
    confirm_label = "Recalculate"

    def preview(self, form: RescoreForm) -> Preview:
        found = self._found(form)
        planned = plan_rescoring(community_ids=[community.pk for community in found])
        missing = len(form.cleaned_data["communities"]) - len(found)
        warnings = [f"{missing} of the ids are no communities."] if missing else []
        sentence, is_possible = _told(planned, form.cleaned_data["way"])
        return Preview(
            sentence,
            counts=[("Communities", len(found)), ("Passports", _number(planned))],
            warnings=warnings,
            tables=[
                Table("Communities", ("Id", "Name"), [(str(one.pk), one.name) for one in found[:50]]),
                Table("The command", ("Run it where the service runs",), [(planned.command,)], identity="command"),
            ],
            is_possible=is_possible and bool(found),
        )

    def perform(self, form: RescoreForm) -> Done:
        found = self._found(form)
        ids = [community.pk for community in found]
        if form.cleaned_data["way"] == QUEUE:
            sentence = f"Sent the message {queue_rescoring(community_ids=ids)} to the queue."
        else:
            sentence = f"Recalculating the scores of {len(found)} communities."
        return Done(sentence, found, reverse("admin:account_community_changelist"))

    def afterwards(self, form: RescoreForm, done: Done) -> None:
        """Scorings are transactions of their own."""
        if form.cleaned_data["way"] == QUEUE:
            return
        with failures_told(self.request):
            rescoring = rescore_communities(community_ids=[community.pk for community in done.objects])
            if rescoring.tally is None:
                messages.warning(self.request, f"There are too many passports now: {rescoring.command}")
            else:
                messages.info(self.request, told_tally(rescoring.tally))

    def _found(self, form: RescoreForm) -> list[Community]:
        return list(Community.objects.filter(pk__in=form.cleaned_data["communities"]).order_by("pk"))


def _told(planned: Rescoring, way: str) -> tuple[str, bool]:
    """What would happen, and whether it can."""
    if way == QUEUE:
        if not settings.RESCORE_QUEUE_URL:
            return "RESCORE_QUEUE_URL is not set: there is no queue to send a message to.", False
        return "A message asks the queue's worker to compute these scores again.", True
    if planned.passports > AT_ONCE:
        return f"There are more than {AT_ONCE:,} passports: too many for a web request. Run the command.", False
    return f"{planned.passports} scores are computed again, here and now.", True


def _number(planned: Rescoring) -> str:
    return f"more than {AT_ONCE:,}" if planned.passports > AT_ONCE else str(planned.passports)
