"""The admin site's pages of accounts, keys, communities and lists; and of the team itself."""

from apps.account.admin import (
    address_lists,
    campaigns,
    communities,
    customizations,
    embed_sections,
    key_audit_page,
    keys,
    overlay_page,
    rulesets,
    tables,
    team,
)

__all__ = [
    "address_lists",
    "campaigns",
    "communities",
    "customizations",
    "embed_sections",
    "key_audit_page",
    "keys",
    "overlay_page",
    "rulesets",
    "tables",
    "team",
]
