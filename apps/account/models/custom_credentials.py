"""Custom credentials: rulesets that an issuer evaluates, and the platforms that show them."""
# ruff: noqa: DJ001 - columns of the existing database are nullable texts

from django.db import models

from scorer_v2.database.optional_schema import OptionalColumnsModel


class CredentialType(models.TextChoices):
    """Kinds of custom credentials and platforms. The label is the type name in provider ids."""

    DEVELOPER_LIST = "DEVEL", "DeveloperList"
    NFT_HOLDER = "NFT", "NFTHolder"


class CustomCredentialRuleset(models.Model):
    """A condition that a custom credential proves. Fixed after creation: a change is a new ruleset (contract, 6.5)."""

    credential_type = models.CharField(
        max_length=5, choices=CredentialType.choices, default=CredentialType.DEVELOPER_LIST
    )
    definition = models.JSONField(help_text="At least an alphanumeric `name` and a `condition`.")
    name = models.CharField(max_length=64, editable=False)
    provider_id = models.CharField(
        max_length=256, unique=True, editable=False, help_text="<TypeName>#<name>#<first 8 hex digits of a digest>"
    )

    class Meta:
        verbose_name = "custom credential ruleset"
        verbose_name_plural = "custom credential rulesets"

    def __str__(self) -> str:
        return self.provider_id


class CustomPlatform(OptionalColumnsModel):
    """The card that groups custom credentials in the user interface.

    Databases from before 2026 have no column `is_evm`.
    """

    optional_fields = ("is_evm",)

    platform_type = models.CharField(
        max_length=5, choices=CredentialType.choices, default=CredentialType.DEVELOPER_LIST
    )
    name = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=64, null=True, blank=True)
    icon_url = models.CharField(max_length=64, null=True, blank=True)
    description = models.CharField(max_length=256, null=True, blank=True)
    banner_heading = models.CharField(max_length=64, null=True, blank=True)
    banner_content = models.CharField(max_length=256, null=True, blank=True)
    banner_cta_text = models.CharField(max_length=256, null=True, blank=True)
    banner_cta_url = models.CharField(max_length=256, null=True, blank=True)
    # The replaced service's column has no default in the database. Ours has one, for rows of the older generation.
    is_evm = models.BooleanField(
        "EVM", default=False, db_default=False, help_text="The user needs an Ethereum wallet for it."
    )

    class Meta:
        verbose_name = "custom platform"
        base_manager_name = "objects"
        verbose_name_plural = "custom platforms"

    def __str__(self) -> str:
        return self.name
