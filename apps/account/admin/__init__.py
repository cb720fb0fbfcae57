"""The admin site's pages of accounts, keys, communities and lists; and of the team itself."""

from apps.account.admin import tables, team

__all__ = ["tables", "team"]
