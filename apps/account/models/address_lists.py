"""Named lists of addresses: they carry weights in communities and award human points."""

from django.core.validators import RegexValidator
from django.db import models


class AddressList(models.Model):
    """A named list of addresses. Being on it is the stamp `AllowList#<name>`."""

    name = models.CharField(
        max_length=100,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9]+\Z", "Letters and digits only.")],
        help_text="Letters and digits. Cannot be changed: stamps carry it.",
    )

    class Meta:
        verbose_name = "address list"
        verbose_name_plural = "address lists"

    def __str__(self) -> str:
        return self.name


class AddressListMember(models.Model):
    """An address on a list."""

    list = models.ForeignKey(AddressList, on_delete=models.CASCADE, related_name="members")
    address = models.CharField(max_length=100, db_index=True, help_text="Lowercase, with 0x.")

    class Meta:
        verbose_name = "address list member"
        verbose_name_plural = "address list members"
        unique_together = (("address", "list"),)

    def __str__(self) -> str:
        return f"{self.address} on list {self.list_id}"
