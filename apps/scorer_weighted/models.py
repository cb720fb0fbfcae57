"""Scorers: the weights of stamps, and the threshold from which an address counts as human."""

from django.db import models
from django.utils import timezone


class Scorer(models.Model):
    """What all scorers have in common. The weights are in the row of the concrete kind with the same id."""

    class Type(models.TextChoices):
        """The concrete kind of a scorer."""

        WEIGHTED = "WEIGHTED", "Weighted"
        WEIGHTED_BINARY = "WEIGHTED_BINARY", "Weighted binary"

    type = models.CharField(max_length=100, choices=Type.choices, default=Type.WEIGHTED)
    exclude_from_weight_updates = models.BooleanField(
        default=False, help_text="Keep the weights when a new weight configuration is copied to all scorers."
    )

    class Meta:
        verbose_name = "scorer"
        verbose_name_plural = "scorers"

    def __str__(self) -> str:
        return f"scorer {self.pk} ({self.type})"


class Weighing(models.Model):
    """The columns of both concrete kinds. A sum of at least `threshold` passes (contract, 3.7)."""

    weights = models.JSONField(null=True, blank=True, help_text="Provider to weight, a number or a text.")
    threshold = models.DecimalField(max_digits=10, decimal_places=5)

    class Meta:
        abstract = True


class WeightedScorer(Scorer, Weighing):
    """A scorer of type WEIGHTED."""

    class Meta:
        verbose_name = "weighted scorer"
        verbose_name_plural = "weighted scorers"

    def __str__(self) -> str:
        return f"weighted scorer {self.pk}, threshold {self.threshold}"


class BinaryWeightedScorer(Scorer, Weighing):
    """A scorer of type WEIGHTED_BINARY."""

    class Meta:
        verbose_name = "binary weighted scorer"
        verbose_name_plural = "binary weighted scorers"

    def __str__(self) -> str:
        return f"binary weighted scorer {self.pk}, threshold {self.threshold}"


class RescoreRequest(models.Model):
    """A recomputation of communities that somebody asked for, and how far it is."""

    status = models.CharField(max_length=20)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    num_communities_requested = models.IntegerField(default=0)
    num_communities_processed = models.IntegerField(default=0)

    class Meta:
        verbose_name = "rescore request"
        verbose_name_plural = "rescore requests"

    def __str__(self) -> str:
        return f"{self.status}: {self.num_communities_processed} of {self.num_communities_requested} communities"
