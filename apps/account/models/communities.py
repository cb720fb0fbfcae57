"""Communities: what partners call a scorer."""
# ruff: noqa: DJ001 - columns of the existing database are nullable texts

from django.db import models
from django.utils import timezone

from apps.account.models.accounts import Account


class Community(models.Model):
    """A community ("scorer" in the API): its rule, its weights and threshold, and who owns it.

    Nullifiers are deduplicated within one community. Rows with `deleted_at` still score (contract, 1.5).
    """

    class Rule(models.TextChoices):
        """How stamps that two addresses share are deduplicated. Only LIFO scores; old rows may hold FIFO."""

        LIFO = "LIFO", "Last in, first out"
        FIFO = "FIFO", "First in, first out (no longer scored)"

    name = models.CharField(max_length=100)
    description = models.CharField(max_length=100)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="communities")
    scorer = models.ForeignKey("scorer_weighted.Scorer", on_delete=models.PROTECT, related_name="communities")
    rule = models.CharField(max_length=100, choices=Rule.choices, default=Rule.LIFO)
    use_case = models.CharField(max_length=100, null=True, blank=True)
    external_scorer_id = models.CharField(
        max_length=42, unique=True, null=True, blank=True, help_text="Found before the id by the stamps API."
    )
    human_points_program = models.BooleanField(default=False, help_text="Passing scores here award human points.")
    created_at = models.DateTimeField(default=timezone.now, null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "community"
        verbose_name_plural = "communities"
        constraints = (
            models.UniqueConstraint(
                fields=["account", "name"],
                condition=models.Q(deleted_at__isnull=True),
                name="unique_non_deleted_name_per_account",
            ),
            models.UniqueConstraint(
                fields=["account", "name", "deleted_at"],
                condition=models.Q(deleted_at__isnull=False),
                name="unique_deleted_name_per_account",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} (community {self.pk})"
