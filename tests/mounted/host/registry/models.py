from django.db import models

from tests.mounted.host.account.models import Community


class Passport(models.Model):
    """The existing table, as the project's own model."""

    address = models.CharField(max_length=100, null=True)  # noqa: DJ001 - the existing column
    community = models.ForeignKey(Community, on_delete=models.CASCADE, null=True)

    class Meta:
        db_table = "registry_passport"

    def __str__(self) -> str:
        return str(self.address)
