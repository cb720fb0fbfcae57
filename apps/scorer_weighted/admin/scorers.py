"""Scorers: their weights and thresholds, changed with what that does before it is done."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db.models import Model, OuterRef
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from apps.account.models import Community
from apps.registry.scoring.weights import as_decimal
from apps.registry.weight_effects.services import effect_on_scorer
from apps.scorer_weighted.admin.previews import changes_table, effect_counts, effect_table, effect_warnings, told_change
from apps.scorer_weighted.configurations.changes import WeighingChange, changes_between
from apps.scorer_weighted.configurations.services import ChangedMeanwhile
from apps.scorer_weighted.models import BinaryWeightedScorer, RescoreRequest, Scorer, WeightedScorer
from scorer_v2.admin_site.buttons import row_button
from scorer_v2.admin_site.form_pages import Done, FormPage, Preview, Table
from scorer_v2.admin_site.forms import ReasonedForm
from scorer_v2.admin_site.ids_field import joined
from scorer_v2.admin_site.model_admin import PermanentAdmin, ReadOnlyAdmin
from scorer_v2.admin_site.pages import page, page_url

LONGEST_PROVIDER = 256  # registry_stamp.provider
SHOWN_COMMUNITIES = 20


class WeightsField(forms.JSONField):
    """An object of provider to number, or text of one."""

    widget = forms.Textarea(attrs={"rows": 25, "spellcheck": "false"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"help_text": "JSON: provider to weight, a number or a text.", **kwargs})

    def prepare_value(self, value: Any) -> Any:
        """Sorted and on lines of their own, to be read."""
        return json.dumps(value, indent=2, sort_keys=True) if isinstance(value, dict) else super().prepare_value(value)

    def clean(self, value: Any) -> Any:
        weights = super().clean(value)
        if not isinstance(weights, dict):
            raise ValidationError("The weights must be a JSON object of provider to weight.")
        wrong = [provider for provider, weight in weights.items() if not _is_weight(weight)]
        if wrong:
            raise ValidationError(f"No number from 0 on: the weight of {', '.join(sorted(wrong)[:10])}.")
        if any(not provider or len(provider) > LONGEST_PROVIDER for provider in weights):
            raise ValidationError(f"A provider has from 1 to {LONGEST_PROVIDER} characters.")
        return weights


def _is_weight(value: object) -> bool:
    number = as_decimal(value)
    return number is not None and number >= 0


@admin.register(Scorer)
class ScorerAdmin(ReadOnlyAdmin):
    list_display = ("id", "type", "exclude_from_weight_updates")
    list_filter = ("type", "exclude_from_weight_updates")


class NewScorerForm(forms.ModelForm):  # type: ignore[type-arg]  # of both kinds
    weights = WeightsField()
    threshold = forms.DecimalField(min_value=0, max_digits=10, decimal_places=5)


@admin.register(BinaryWeightedScorer, WeightedScorer)
class ConcreteScorerAdmin(PermanentAdmin):
    add_form = NewScorerForm
    list_display = ("id", "threshold", "exclude_from_weight_updates", "communities")
    list_filter = ("exclude_from_weight_updates",)
    search_fields = ("pk__exact",)
    fields = ("type", "weights", "threshold", "exclude_from_weight_updates")
    actions_detail = ("change_weights",)
    change_weights = row_button(
        "Change weights", page="change_scorer", permission="scorer_weighted.change_scorer", icon="edit"
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's signature
        """Weights and threshold are changed on a page that shows first what that does."""
        return ("type", "weights", "threshold") if obj else ("type",)

    @admin.display
    def communities(self, scorer: Any) -> str:
        names = scorer.names_of_communities
        return ", ".join(names[:SHOWN_COMMUNITIES]) + (" and more" if len(names) > SHOWN_COMMUNITIES else "")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the names of the communities, in the same statement."""
        of_scorer = Community.objects.filter(scorer_id=OuterRef("pk")).values("name")
        names = ArraySubquery(of_scorer[: SHOWN_COMMUNITIES + 1])
        return super().get_queryset(request).annotate(names_of_communities=names)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        is_binary = isinstance(obj, BinaryWeightedScorer)
        obj.type = Scorer.Type.WEIGHTED_BINARY if is_binary else Scorer.Type.WEIGHTED
        super().save_model(request, obj, form, change)


class ChangeScorerForm(ReasonedForm):
    weights = WeightsField()
    threshold = forms.DecimalField(min_value=0, max_digits=10, decimal_places=5)
    based_on = forms.JSONField(widget=forms.HiddenInput)
    """Weights and threshold as they were when the form was made."""


@page
class ChangeScorer(FormPage):
    path = "scorer_weighted/scorer/<int:pk>/weights/"
    name = "change_scorer"
    title = "Change the weights of a scorer"
    permissions = ("scorer_weighted.change_scorer",)
    form_class: ClassVar[type[forms.Form]] = ChangeScorerForm
    explanation = "Scores that are asked for from then on use them; stored ones change when they are computed again."
    confirm_label = "Save the weights"
    shown_by_preview = ("weights",)

    def initial(self) -> Mapping[str, Any]:
        scorer = self._find()
        return {"weights": scorer.weights or {}, "threshold": scorer.threshold, "based_on": _state(scorer)}

    def preview(self, form: ChangeScorerForm) -> Preview:
        scorer = self._find()
        weights, threshold = form.cleaned_data["weights"], form.cleaned_data["threshold"]
        change = _change(scorer, weights, threshold)
        effect = effect_on_scorer(scorer_id=scorer.pk, weights=weights, threshold=threshold)
        communities = list(Community.objects.filter(scorer_id=scorer.pk).order_by("pk")[: SHOWN_COMMUNITIES + 1])
        rows = [(str(community.pk), community.name) for community in communities[:SHOWN_COMMUNITIES]]
        return Preview(
            f"Scorer {scorer.pk} {'changes' if change else 'stays as it is'}.",
            counts=effect_counts(effect),
            warnings=[*_warnings(scorer), *effect_warnings(effect)],
            tables=[changes_table(change), Table("Its communities", ("Id", "Name"), rows), effect_table(effect)],
            is_possible=bool(change),
        )

    def perform(self, form: ChangeScorerForm) -> Done:
        scorer = self._find(lock=True)
        if form.cleaned_data["based_on"] != _state(scorer):
            raise ChangedMeanwhile
        change = _change(scorer, form.cleaned_data["weights"], form.cleaned_data["threshold"])
        scorer.weights, scorer.threshold = form.cleaned_data["weights"], form.cleaned_data["threshold"]
        scorer.save(update_fields=["weights", "threshold"])
        communities = Community.objects.filter(scorer_id=scorer.pk).order_by("pk").values_list("pk", flat=True)
        return Done(
            told_change(change), [scorer], page_url("rescore_communities", {"communities": joined(communities)})
        )

    def _find(self, *, lock: bool = False) -> Any:
        scorer = get_object_or_404(Scorer, pk=self.kwargs["pk"])
        model = BinaryWeightedScorer if scorer.type == Scorer.Type.WEIGHTED_BINARY else WeightedScorer
        concrete = model.objects.select_for_update(of=("self",)) if lock else model.objects.all()
        return get_object_or_404(concrete, pk=scorer.pk)


def _state(scorer: Any) -> list[Any]:
    return [scorer.weights, str(scorer.threshold)]


def _change(scorer: Any, weights: Mapping[str, Any], threshold: Decimal) -> WeighingChange:
    return changes_between(scorer.weights, weights, threshold_before=scorer.threshold, threshold_after=threshold)


def _warnings(scorer: Any) -> list[str]:
    if scorer.exclude_from_weight_updates:
        return []
    return ["The next copy of the active weights overwrites this: the scorer is not excluded from it."]


@admin.register(RescoreRequest)
class RescoreRequestAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "status",
        "num_communities_requested",
        "num_communities_processed",
        "created_at",
        "updated_at",
    )
