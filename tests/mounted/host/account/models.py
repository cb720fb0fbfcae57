from django.db import models


class Community(models.Model):
    """The existing table, as the project's own model."""

    name = models.CharField(max_length=100)
    external_scorer_id = models.CharField(max_length=42, null=True, unique=True)  # noqa: DJ001 - the existing column

    class Meta:
        db_table = "account_community"

    def __str__(self) -> str:
        return self.name
