"""Campaigns of partners that the dashboards advertise. Databases from before 2026 lack the table."""

from django.db import models

from scorer_v2.database.optional_schema import OptionalTableManager


class FeaturedCampaign(models.Model):
    """A card that all dashboards show. The image belongs to the user interface, which knows it by `image_tag`."""

    partner_name = models.CharField(max_length=100)
    partner_logo = models.TextField(help_text="SVG or URL.")
    image_tag = models.CharField(max_length=100, help_text="The name that the user interface has for the image.")
    header_text = models.CharField(max_length=255)
    body_text = models.TextField()
    destination_url = models.URLField(max_length=200)
    is_active = models.BooleanField(default=True)
    display_order = models.PositiveIntegerField(default=0, help_text="Smaller numbers come first.")

    objects = OptionalTableManager()

    class Meta:
        verbose_name = "featured campaign"
        verbose_name_plural = "featured campaigns"
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"{self.partner_name}: {self.header_text}"
