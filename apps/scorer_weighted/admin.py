"""Admin pages of scorers."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.scorer_weighted.models import BinaryWeightedScorer, RescoreRequest, Scorer, WeightedScorer
from scorer_v2.model_admin import PermanentAdmin, ReadOnlyAdmin


@admin.register(Scorer)
class ScorerAdmin(ReadOnlyAdmin):
    list_display = ("id", "type", "exclude_from_weight_updates")
    list_filter = ("type", "exclude_from_weight_updates")


@admin.register(BinaryWeightedScorer, WeightedScorer)
class ConcreteScorerAdmin(PermanentAdmin):
    list_display = ("id", "threshold", "exclude_from_weight_updates")
    list_filter = ("exclude_from_weight_updates",)
    readonly_fields = ("type",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        is_binary = isinstance(obj, BinaryWeightedScorer)
        obj.type = Scorer.Type.WEIGHTED_BINARY if is_binary else Scorer.Type.WEIGHTED
        super().save_model(request, obj, form, change)


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
