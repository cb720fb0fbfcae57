"""The admin site's pages of scores, points and weights."""

from apps.registry.admin import (
    explanation_page,
    points,
    rescoring_page,
    scores,
    tables,
    weight_comparison,
    weight_configurations,
    weight_pages,
)

__all__ = [
    "explanation_page",
    "points",
    "rescoring_page",
    "scores",
    "tables",
    "weight_comparison",
    "weight_configurations",
    "weight_pages",
]
