"""Stakes in the staking contracts of several chains, as an indexer writes them.

Amounts are GTC, addresses lowercase.
"""

from django.db import models
from django.utils import timezone


class Stake(models.Model):
    """What a staker has at present on a stakee. A self-stake has one address in both columns."""

    chain = models.IntegerField(db_index=True)
    staker = models.CharField(max_length=42, db_index=True)
    stakee = models.CharField(max_length=42, db_index=True)
    current_amount = models.DecimalField(max_digits=78, decimal_places=18)
    lock_time = models.DateTimeField()
    unlock_time = models.DateTimeField()
    last_updated_in_block = models.DecimalField(max_digits=78, decimal_places=0, db_index=True)

    class Meta:
        verbose_name = "stake"
        verbose_name_plural = "stakes"
        unique_together = (("staker", "stakee", "chain"),)

    def __str__(self) -> str:
        return f"{self.current_amount} GTC from {self.staker} on {self.stakee}, chain {self.chain}"


class StakeEvent(models.Model):
    """One change of a stake, as the chain logged it."""

    event_type = models.CharField(max_length=3, db_index=True)
    chain = models.IntegerField(db_index=True)
    staker = models.CharField(max_length=42, db_index=True)
    stakee = models.CharField(max_length=42, db_index=True)
    amount = models.DecimalField(max_digits=78, decimal_places=18)
    unlock_time = models.DateTimeField(null=True, blank=True)
    block_number = models.DecimalField(max_digits=78, decimal_places=0, db_index=True)
    tx_hash = models.CharField(max_length=66)

    class Meta:
        verbose_name = "stake event"
        verbose_name_plural = "stake events"
        unique_together = (("tx_hash", "chain", "stakee"),)

    def __str__(self) -> str:
        return f"{self.event_type} {self.amount} GTC in block {self.block_number}, chain {self.chain}"


class LastBlock(models.Model):
    """The block up to which a chain is indexed. An empty database has chain 0, block 0."""

    chain = models.IntegerField(unique=True)
    block_number = models.DecimalField(max_digits=78, decimal_places=0, db_index=True)

    class Meta:
        verbose_name = "last block"
        verbose_name_plural = "last blocks"

    def __str__(self) -> str:
        return f"chain {self.chain} up to block {self.block_number}"


class ReindexRequest(models.Model):
    """A wish to index a chain again from a block on; one at a time per chain."""

    created_at = models.DateTimeField(default=timezone.now)
    chain = models.IntegerField(db_index=True)
    start_block_number = models.DecimalField(max_digits=78, decimal_places=0)
    pending = models.BooleanField(default=True, db_index=True)

    class Meta:
        verbose_name = "reindex request"
        verbose_name_plural = "reindex requests"
        constraints = (
            models.UniqueConstraint(
                fields=["chain"], condition=models.Q(pending=True), name="unique_only_one_pending_per_chain"
            ),
        )

    def __str__(self) -> str:
        return f"chain {self.chain} from block {self.start_block_number}, {'pending' if self.pending else 'done'}"
