"""The admin site's pages of accounts, keys, communities and lists; and of the team itself."""

from apps.account.admin import (
    communities,
    customizations,
    key_audit_page,
    keys,
    overlay_page,
    rulesets,
    tables,
    team,
)

__all__ = ["communities", "customizations", "key_audit_page", "keys", "overlay_page", "rulesets", "tables", "team"]
