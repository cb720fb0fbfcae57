"""Which platforms of stamps the embedded widget shows for a community, in which sections (contract, GET embed config).

Databases from before 2026 lack these tables.
"""

from django.db import models

from apps.account.models.customizations import Customization
from scorer_v2.database.optional_schema import OptionalTableManager


class EmbedSectionHeader(models.Model):
    """The title of a section. Communities share them."""

    name = models.CharField(max_length=255, unique=True)

    objects = OptionalTableManager()

    class Meta:
        verbose_name = "embed section"
        verbose_name_plural = "embed sections"
        base_manager_name = "objects"

    def __str__(self) -> str:
        return self.name


class EmbedSectionOrder(models.Model):
    """A section that a community's widget has, and where it stands."""

    customization = models.ForeignKey(Customization, on_delete=models.CASCADE, related_name="embed_sections")
    section = models.ForeignKey(EmbedSectionHeader, on_delete=models.PROTECT, related_name="orders")
    order = models.IntegerField(default=0, help_text="Smaller numbers come first.")

    objects = OptionalTableManager()

    class Meta:
        verbose_name = "section of the widget"
        verbose_name_plural = "sections of the widget"
        base_manager_name = "objects"
        unique_together = (("customization", "section"),)

    def __str__(self) -> str:
        return f"section {self.section_id} at {self.order}"


class EmbedStampPlatform(models.Model):
    """A platform that a community's widget shows, in one of its sections."""

    customization = models.ForeignKey(Customization, on_delete=models.CASCADE, related_name="embed_platforms")
    section = models.ForeignKey(EmbedSectionHeader, on_delete=models.PROTECT, related_name="platforms")
    platform = models.ForeignKey("registry.PlatformMetadata", on_delete=models.PROTECT, related_name="embedded")
    order = models.IntegerField(default=0, help_text="Smaller numbers come first.")

    objects = OptionalTableManager()

    class Meta:
        verbose_name = "platform of the widget"
        verbose_name_plural = "platforms of the widget"
        base_manager_name = "objects"
        unique_together = (("customization", "platform"),)

    def __str__(self) -> str:
        return f"platform {self.platform_id} at {self.order}"
