from django.db import models


class CeramicCache(models.Model):
    """The existing table, as the project's own model."""

    address = models.CharField(max_length=100, null=True)  # noqa: DJ001 - the existing column
    provider = models.CharField(max_length=256)

    class Meta:
        db_table = "ceramic_cache_ceramiccache"

    def __str__(self) -> str:
        return self.provider
