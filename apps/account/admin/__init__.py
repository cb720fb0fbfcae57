"""The admin site's pages of accounts, keys, communities and lists; and of the team itself."""

from apps.account.admin import address_lists, tables, team

__all__ = ["address_lists", "tables", "team"]
