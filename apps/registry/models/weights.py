"""Weight configurations: the weights that are copied to all scorers."""
# ruff: noqa: DJ001 - columns of the existing database are nullable texts

from django.db import models
from django.utils import timezone


class WeightConfiguration(models.Model):
    """A version of the weights and the threshold. At most one is active."""

    version = models.CharField(max_length=50, unique=True)
    threshold = models.FloatField()
    active = models.BooleanField(default=False)
    description = models.TextField(null=True, blank=True)
    csv_source = models.FileField(max_length=100, null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "weight configuration"
        verbose_name_plural = "weight configurations"
        constraints = (
            models.UniqueConstraint(
                fields=["active"], condition=models.Q(active=True), name="unique_active_weight_configuration"
            ),
        )

    def __str__(self) -> str:
        return f"version {self.version}{' (active)' if self.active else ''}"


class StampMetadata(models.Model):
    """What is known of a provider besides its weights."""

    provider = models.CharField(max_length=100, unique=True)
    is_beta = models.BooleanField(default=False)

    class Meta:
        verbose_name = "stamp metadata"
        verbose_name_plural = "stamp metadata"

    def __str__(self) -> str:
        return f"{self.provider}{' (beta)' if self.is_beta else ''}"


class WeightConfigurationItem(models.Model):
    """A provider's weight in a configuration."""

    weight_configuration = models.ForeignKey(WeightConfiguration, on_delete=models.CASCADE, related_name="weights")
    provider = models.CharField(max_length=100)
    weight = models.FloatField()
    stamp_metadata = models.ForeignKey(
        StampMetadata, on_delete=models.SET_NULL, null=True, blank=True, related_name="weights"
    )

    class Meta:
        verbose_name = "weight"
        verbose_name_plural = "weights"
        unique_together = (("weight_configuration", "provider"),)

    def __str__(self) -> str:
        return f"{self.provider}: {self.weight}"
