"""The active weights, copied to the scorers."""

from typing import Any

from django.urls import reverse

from apps.registry.models import WeightConfiguration
from apps.registry.weight_effects.services import effect_of_configuration
from apps.scorer_weighted.active_weights import CopiedWeights, copy_active_weights
from apps.scorer_weighted.admin.previews import effect_counts, effect_table, effect_warnings, scorers_table
from apps.scorer_weighted.configurations.services import changes_for_scorers, find_active_configuration
from scorer_v2.admin_site.form_pages import ActionPage, Done, Preview
from scorer_v2.admin_site.forms import ReasonedForm
from scorer_v2.admin_site.pages import page


@page
class CopyWeights(ActionPage):
    path = "scorer_weighted/copy-active-weights/"
    name = "copy_weights"
    title = "Copy the active weights to the scorers"
    permissions = ("scorer_weighted.change_scorer",)
    explanation = (
        "Every scorer that is not excluded gets the weights, and binary ones the threshold. Scores that are asked for "
        "from then on use them; stored ones change when they are computed again."
    )
    confirm_label = "Copy the weights"

    def preview(self) -> Preview:
        planned = copy_active_weights(dry_run=True)
        active = find_active_configuration()
        if active is None:  # gone since the line above
            return Preview("There is no active weight configuration.", is_possible=False)
        effect = effect_of_configuration(weights=active.weights, threshold=active.threshold)
        return Preview(
            f"Version {planned.version} is copied to {planned.changed:,} scorers.",
            counts=[*_counts(planned), *effect_counts(effect)],
            warnings=list(effect_warnings(effect)),
            tables=[
                scorers_table(changes_for_scorers(weights=active.weights, threshold=active.threshold)),
                effect_table(effect),
            ],
            is_possible=planned.changed > 0,
        )

    def perform(self, form: ReasonedForm) -> Done:  # noqa: ARG002 - the base's
        copied = copy_active_weights()
        sentence = (
            f"Copied version {copied.version} to {copied.changed:,} scorers; {copied.unchanged:,} had it, "
            f"{copied.excluded:,} keep their own. To compute all stored scores again: "
            "manage.py recalculate_scores --keep-weights"
        )
        active = list(WeightConfiguration.objects.filter(version=copied.version))
        return Done(sentence, active, reverse("admin:registry_weightconfiguration_changelist"))


def _counts(planned: CopiedWeights) -> list[tuple[str, Any]]:
    return [
        ("Scorers that change", f"{planned.changed:,}"),
        ("Have these weights", f"{planned.unchanged:,}"),
        ("Excluded", f"{planned.excluded:,}"),
    ]
