"""The admin site's pages of scorers."""

from apps.scorer_weighted.admin import copying_page, scorers

__all__ = ["copying_page", "scorers"]
