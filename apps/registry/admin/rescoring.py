"""Computing scores again after a change in the admin site: in the same request, as long as they are few."""

from collections.abc import Collection

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from apps.registry.recalculation.records import Selection
from apps.registry.recalculation.services import recalculate
from scorer_v2.admin_site.forms import ReasonedForm
from scorer_v2.primitives.errors import DomainError

MAY_RESCORE = "registry.rescore_individual_score"
MOST_ADDRESSES = 1_000
"""More would take longer than a browser waits."""

TOO_MANY = f"More than {MOST_ADDRESSES:,} addresses are too many for this page"


class RescoringForm(ReasonedForm):
    rescore = forms.BooleanField(
        label="Compute the scores of these addresses again",
        required=False,
        initial=True,
        help_text="In every community where they have a score. Otherwise they change at their next scoring.",
    )


def limit_rescoring(form: forms.Form, request: HttpRequest) -> None:
    """Takes the question away from those who may not have scores computed again."""
    if not request.user.has_perm(MAY_RESCORE):
        form.fields.pop("rescore", None)


def wants_rescoring(form: forms.Form) -> bool:
    return bool(form.cleaned_data.get("rescore"))


def rescore(request: HttpRequest, addresses: Collection[str]) -> None:
    """Computes the scores of these lowercase addresses again, and tells what became of them.

    What led to this is done already, and stays when this fails. Not to be called in a transaction.
    """
    if not addresses:
        return
    if len(addresses) > MOST_ADDRESSES:
        messages.warning(request, f"{TOO_MANY}: run manage.py recalculate_scores --address-list for them.")
        return
    try:
        tally = recalculate(selection=Selection(addresses=sorted(addresses)))
    except DomainError as fault:
        messages.error(request, f"The scores were not computed again: {fault}")
        return
    messages.success(
        request, f"{tally.passports:,} scores computed again, {tally.no_longer_passing:,} of them pass no longer."
    )
    if tally.failed:
        messages.error(request, f"{tally.failed:,} scores could not be computed; the server's log says why.")
