"""Stored stamps, and what takes them out of play: bans and revocations."""
# ruff: noqa: DJ001 - columns of the existing database are nullable texts

from django.db import models
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Lower, Right
from django.utils import timezone


class CeramicCache(models.Model):
    """A stored stamp: a credential of an address for a provider.

    One live row (`deleted_at` null) per type, address and provider; earlier ones stay as history.
    """

    class StampType(models.IntegerChoices):
        """Who manages the row. Only V1 rows are listed and replaced by the endpoints; both kinds score."""

        V1 = 1, "V1"
        V2 = 2, "V2"

    class SourceApp(models.IntegerChoices):
        """Which application the stamp came through."""

        PASSPORT = 1, "Passport"
        EMBED = 2, "Embed"

    type = models.IntegerField(choices=StampType.choices, default=StampType.V1)
    address = models.CharField(max_length=100, null=True, blank=True, db_index=True, help_text="Lowercase.")
    provider = models.CharField(max_length=256, db_index=True)
    stamp = models.JSONField(help_text="The credential as it was sent.")
    proof_value = models.CharField(max_length=256, db_index=True)
    issuance_date = models.DateTimeField(null=True, blank=True, db_index=True)
    expiration_date = models.DateTimeField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(default=timezone.now, null=True, blank=True, db_index=True)
    updated_at = models.DateTimeField(default=timezone.now, db_index=True)
    deleted_at = models.DateTimeField(null=True, blank=True, db_index=True)
    compose_db_save_status = models.CharField(max_length=10, default="pending", blank=True, db_index=True)
    compose_db_stream_id = models.CharField(max_length=100, default="", blank=True, db_index=True)
    source_app = models.IntegerField(choices=SourceApp.choices, null=True, blank=True, db_index=True)
    source_scorer_id = models.BigIntegerField(null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = "stored stamp"
        verbose_name_plural = "stored stamps"
        unique_together = (("type", "address", "provider", "deleted_at"),)
        constraints = (
            models.UniqueConstraint(
                fields=["type", "address", "provider"],
                condition=models.Q(deleted_at__isnull=True),
                name="unique_non_deleted_provider_for_address",
            ),
            models.UniqueConstraint(
                fields=["type", "address", "provider", "deleted_at"],
                condition=models.Q(deleted_at__isnull=False),
                name="unique_deleted_provider_for_address",
            ),
        )
        indexes = (
            models.Index(
                Right(KeyTextTransform("jws", KeyTransform("proof", "stamp")), 86),
                condition=models.Q(stamp__proof__jws__isnull=False),
                name="ceramic_cache_jws",
            ),
            models.Index(
                fields=["address", "-id"],
                condition=models.Q(deleted_at__isnull=True),
                name="idx_cc_addr_id_not_deleted",
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} of {self.address} (stored stamp {self.pk})"


class CeramicCacheLegacy(models.Model):
    """Stored stamps from before types and deletion. Nothing reads them."""

    address = models.CharField(max_length=100, null=True, blank=True, db_index=True)
    provider = models.CharField(max_length=256, db_index=True)
    stamp = models.JSONField(db_index=True)

    class Meta:
        verbose_name = "legacy stored stamp"
        verbose_name_plural = "legacy stored stamps"
        unique_together = (("address", "provider"),)

    def __str__(self) -> str:
        return f"{self.provider} of {self.address} (legacy)"


class StampExports(models.Model):
    """How far the export of stored stamps is."""

    last_export_ts = models.DateTimeField(default=timezone.now)
    stamp_total = models.IntegerField(default=0)

    class Meta:
        verbose_name = "stamp export"
        verbose_name_plural = "stamp exports"

    def __str__(self) -> str:
        return f"{self.stamp_total} stamps up to {self.last_export_ts}"


class BanList(models.Model):
    """Bans that were imported together from one file."""

    name = models.CharField(max_length=256, null=True, blank=True, db_index=True)
    description = models.TextField(null=True, blank=True)
    csv_file = models.FileField(max_length=1024)

    class Meta:
        verbose_name = "ban list"
        verbose_name_plural = "ban lists"

    def __str__(self) -> str:
        return self.name or f"ban list {self.pk}"


class Ban(models.Model):
    """A ban of an address, of one provider of an address, or of a credential's hash (contract, 4.9)."""

    class BanType(models.TextChoices):
        """What is banned."""

        ACCOUNT = "account", "Account"
        HASH = "hash", "Hash"
        SINGLE_STAMP = "single_stamp", "Single stamp"

    type = models.CharField(max_length=20, choices=BanType.choices)
    address = models.CharField(max_length=42, default="", blank=True, db_index=True)
    hash = models.CharField(max_length=100, default="", blank=True, db_index=True)
    provider = models.CharField(max_length=256, default="", blank=True, db_index=True)
    end_time = models.DateTimeField(null=True, blank=True, db_index=True, help_text="Blank: for ever.")
    reason = models.TextField(null=True, blank=True, help_text="Shown publicly.")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    last_run_revoke_matching = models.DateTimeField(null=True, blank=True)
    ban_list = models.ForeignKey(BanList, on_delete=models.PROTECT, null=True, blank=True, related_name="bans")

    class Meta:
        verbose_name = "ban"
        verbose_name_plural = "bans"
        indexes = (models.Index(Lower("address"), name="ban_address_lower"),)

    def __str__(self) -> str:
        return f"{self.type} ban of {' '.join(filter(None, (self.address, self.provider, self.hash)))}"


class RevocationList(models.Model):
    """Revocations that were imported together from one file."""

    name = models.CharField(max_length=256, null=True, blank=True, db_index=True)
    description = models.TextField(null=True, blank=True)
    csv_file = models.FileField(max_length=1024)

    class Meta:
        verbose_name = "revocation list"
        verbose_name_plural = "revocation lists"

    def __str__(self) -> str:
        return self.name or f"revocation list {self.pk}"


class Revocation(models.Model):
    """A stored stamp that no longer counts. It is neither scored nor listed."""

    proof_value = models.CharField(max_length=256, db_index=True)
    ceramic_cache = models.OneToOneField(CeramicCache, on_delete=models.CASCADE, related_name="revocation")
    revocation_list = models.ForeignKey(
        RevocationList, on_delete=models.PROTECT, null=True, blank=True, related_name="revocations"
    )

    class Meta:
        verbose_name = "revocation"
        verbose_name_plural = "revocations"

    def __str__(self) -> str:
        return f"revocation of stored stamp {self.ceramic_cache_id}"
