"""Accounts, the keys that they call the API with, and what became of the calls."""
# ruff: noqa: DJ001 - columns of the existing database are nullable texts

from django.conf import settings
from django.db import models
from django.utils import timezone


class RateLimit(models.TextChoices):
    """The tiers in use: requests per period. The empty text is unlimited."""

    ANALYSIS_TIER_1 = "15/15m", "Analysis tier 1 - 15 requests per 15 minutes"
    TIER_1 = "125/15m", "Tier 1 - 125 requests per 15 minutes"
    TIER_2 = "350/15m", "Tier 2 - 350 requests per 15 minutes"
    TIER_3 = "2000/15m", "Tier 3 - 2000 requests per 15 minutes"
    UNLIMITED = "", "Unlimited"


class Account(models.Model):
    """A partner, known by an Ethereum address, who owns API keys and communities."""

    address = models.CharField(max_length=100, db_index=True, help_text="Lowercase, with 0x.")
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account")

    class Meta:
        verbose_name = "account"
        verbose_name_plural = "accounts"

    def __str__(self) -> str:
        return f"{self.address} (account {self.pk})"


class AccountAPIKey(models.Model):
    """A key that an account calls the API with. Only hashes of it are stored.

    `hashed_key` is the PBKDF2 hash of the whole key as made on creation, or already `sha256$<hex>`;
    `hashed_key_sha256` the SHA-256 form, which the first use adds (contract, 2.1).

    In the database `id` is the primary key, and has a hash in it. For Django it is the prefix, which is as unique, so
    that no URL and no entry of the admin site's log has a hash.
    """

    id = models.CharField(max_length=150, unique=True, editable=False, help_text="<prefix>.<hash>")
    prefix = models.CharField(max_length=8, primary_key=True, editable=False)
    hashed_key = models.CharField(max_length=150, editable=False)
    hashed_key_sha256 = models.CharField(max_length=71, null=True, blank=True, editable=False)
    created = models.DateTimeField(default=timezone.now, db_index=True, editable=False)
    name = models.CharField(max_length=50, help_text="What the key is for.")
    revoked = models.BooleanField(default=False, help_text="Cannot be undone.")
    expiry_date = models.DateTimeField("expires", null=True, blank=True, help_text="Blank: never.")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="api_keys")
    rate_limit = models.CharField(
        max_length=20, choices=RateLimit.choices, default=RateLimit.TIER_1, null=True, blank=True
    )
    analysis_rate_limit = models.CharField(
        max_length=20, choices=RateLimit.choices, default=RateLimit.ANALYSIS_TIER_1, null=True, blank=True
    )
    embed_rate_limit = models.CharField(
        max_length=20, choices=RateLimit.choices, default=RateLimit.TIER_1, null=True, blank=True
    )
    read_scores = models.BooleanField(default=True)
    submit_passports = models.BooleanField(default=True)
    create_scorers = models.BooleanField(default=False)
    historical_endpoint = models.BooleanField(default=False)

    class Meta:
        verbose_name = "API key"
        verbose_name_plural = "API keys"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"


class AccountAPIKeyAnalytics(models.Model):
    """One call with a key: what was asked and what was answered (contract, 5.1)."""

    api_key = models.ForeignKey(AccountAPIKey, on_delete=models.CASCADE, to_field="id", related_name="analytics")
    created_at = models.DateTimeField(default=timezone.now, null=True, blank=True, db_index=True)
    path = models.CharField(max_length=1000)
    base_path = models.CharField(max_length=200, null=True, blank=True, db_index=True)
    path_segments = models.JSONField(null=True, blank=True, db_index=True)
    query_params = models.JSONField(null=True, blank=True, db_index=True)
    payload = models.JSONField(null=True, blank=True, db_index=True)
    headers = models.JSONField(null=True, blank=True)
    response = models.JSONField(null=True, blank=True)
    response_skipped = models.BooleanField(null=True, blank=True, db_index=True)
    error = models.TextField(null=True, blank=True, db_index=True)
    status_code = models.IntegerField(null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = "API key call"
        verbose_name_plural = "API key calls"

    def __str__(self) -> str:
        return f"{self.status_code} {self.path}"


class Nonce(models.Model):
    """A text that a wallet signs once to sign in. Written elsewhere."""

    nonce = models.CharField(max_length=60, unique=True)
    created_on = models.DateTimeField(default=timezone.now)
    expires_on = models.DateTimeField(null=True, blank=True)
    was_used = models.BooleanField(default=False)

    class Meta:
        verbose_name = "nonce"
        verbose_name_plural = "nonces"

    def __str__(self) -> str:
        return f"nonce {self.pk}, {'used' if self.was_used else 'unused'}"
