"""Which of a person's linked wallets has the score in a community. Databases from before 2026 lack the table.

Nothing writes it yet: no source says which wallets are linked.
"""

from django.db import models
from django.utils import timezone

from apps.account.models.communities import Community
from scorer_v2.database.optional_schema import OptionalTableManager


class WalletGroupCommunityClaim(models.Model):
    """The address that has the score of a group of linked wallets in a community."""

    group_key = models.TextField(help_text="The addresses of the group: lowercase, sorted, joined by commas.")
    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="wallet_group_claims")
    canonical_address = models.CharField(max_length=42, db_index=True, help_text="Lowercase.")
    claimed_at = models.DateTimeField(default=timezone.now)

    objects = OptionalTableManager()

    class Meta:
        verbose_name = "claim of a wallet group"
        verbose_name_plural = "claims of wallet groups"
        base_manager_name = "objects"
        unique_together = (("group_key", "community"),)

    def __str__(self) -> str:
        return f"{self.canonical_address} in community {self.community_id}"
