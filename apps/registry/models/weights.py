"""Weight configurations: the weights that are copied to all scorers."""
# ruff: noqa: DJ001 - columns of the existing database are nullable texts

from django.db import models
from django.utils import timezone

from scorer_v2.database.optional_schema import (
    OptionalColumnsModel,
    OptionalTableManager,
    RelatedOptionalColumnsManager,
)


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


class PlatformMetadata(models.Model):
    """A platform that issues stamps, by the name that the user interface has for it.

    Databases from before 2026 lack the table.
    """

    platform_id = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=255)

    objects = OptionalTableManager()

    class Meta:
        verbose_name = "platform"
        verbose_name_plural = "platforms"
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"{self.name} ({self.platform_id})"


class StampMetadata(OptionalColumnsModel):
    """What is known of a provider besides its weights. Databases from before 2026 do not have its platform."""

    optional_fields = ("platform",)

    provider = models.CharField(max_length=100, unique=True)
    is_beta = models.BooleanField(default=False)
    platform = models.ForeignKey(
        PlatformMetadata, on_delete=models.SET_NULL, null=True, blank=True, related_name="stamps"
    )

    class Meta:
        base_manager_name = "objects"
        verbose_name = "stamp metadata"
        verbose_name_plural = "stamp metadata"

    def __str__(self) -> str:
        return f"{self.provider}{' (beta)' if self.is_beta else ''}"


class WithStampMetadataManager(RelatedOptionalColumnsManager):
    relation = "stamp_metadata"


class WeightConfigurationItem(models.Model):
    """A provider's weight in a configuration."""

    weight_configuration = models.ForeignKey(WeightConfiguration, on_delete=models.CASCADE, related_name="weights")
    provider = models.CharField(max_length=100)
    weight = models.FloatField()
    stamp_metadata = models.ForeignKey(
        StampMetadata, on_delete=models.SET_NULL, null=True, blank=True, related_name="weights"
    )

    objects = WithStampMetadataManager()

    class Meta:
        base_manager_name = "objects"
        verbose_name = "weight"
        verbose_name_plural = "weights"
        unique_together = (("weight_configuration", "provider"),)

    def __str__(self) -> str:
        return f"{self.provider}: {self.weight}"
