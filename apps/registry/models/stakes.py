"""Stakes of the first staking contract."""
# ruff: noqa: DJ001 - columns of the existing database are nullable texts

from django.db import models


class GTCStakeEvent(models.Model):
    """A stake or unstake in a round of the first staking contract. `address` is the one staked on, if another."""

    event_type = models.CharField(max_length=15, help_text="Such as SelfStake.")
    round_id = models.IntegerField(db_index=True)
    staker = models.CharField(max_length=42, db_index=True, help_text="Lowercase.")
    address = models.CharField(max_length=42, null=True, blank=True, db_index=True, help_text="Lowercase.")
    amount = models.DecimalField(max_digits=78, decimal_places=18, help_text="In GTC.")
    staked = models.BooleanField()
    block_number = models.IntegerField()
    tx_hash = models.CharField(max_length=66)

    class Meta:
        verbose_name = "GTC stake event"
        verbose_name_plural = "GTC stake events"
        indexes = (
            models.Index(fields=["round_id", "address", "staker"], name="gtc_staking_index"),
            models.Index(fields=["round_id", "staker"], name="gtc_staking_index_by_staker"),
        )

    def __str__(self) -> str:
        return f"{self.event_type} of {self.amount} GTC from {self.staker} in round {self.round_id}"
