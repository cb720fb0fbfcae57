"""The admin site's pages of stored stamps, bans and revocations."""

from apps.ceramic_cache.admin import ban_lists, ban_pages, bans, restore_page, revocation_lists, tables

__all__ = ["ban_lists", "ban_pages", "bans", "restore_page", "revocation_lists", "tables"]
