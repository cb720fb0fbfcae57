"""What one scoring writes."""
# ruff: noqa: DJ001 - columns of the existing database are nullable texts

from django.db import models
from django.utils import timezone


class Passport(models.Model):
    """An address in a community: what a score belongs to."""

    address = models.CharField(max_length=100, null=True, blank=True, db_index=True, help_text="Lowercase.")
    community = models.ForeignKey(
        "account.Community", on_delete=models.CASCADE, null=True, blank=True, related_name="passports"
    )
    requires_calculation = models.BooleanField(null=True, blank=True)

    class Meta:
        verbose_name = "passport"
        verbose_name_plural = "passports"
        unique_together = (("address", "community"),)

    def __str__(self) -> str:
        return f"{self.address} in community {self.community_id}"


class Stamp(models.Model):
    """A stamp that a passport's last scoring kept."""

    passport = models.ForeignKey(Passport, on_delete=models.CASCADE, null=True, blank=True, related_name="stamps")
    provider = models.CharField(max_length=256, db_index=True)
    credential = models.JSONField()

    class Meta:
        verbose_name = "stamp"
        verbose_name_plural = "stamps"

    def __str__(self) -> str:
        return f"{self.provider} of passport {self.passport_id}"


class Score(models.Model):
    """The result of a passport's last scoring (contract, 3.8). `score` is 1 or 0; the sum is in `evidence`."""

    class Status(models.TextChoices):
        """How the scoring ended."""

        PROCESSING = "PROCESSING", "Processing"
        DONE = "DONE", "Done"
        ERROR = "ERROR", "Error"

    passport = models.OneToOneField(Passport, on_delete=models.CASCADE, related_name="score")
    score = models.DecimalField(max_digits=18, decimal_places=9, null=True, blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, null=True, blank=True, db_index=True)
    error = models.TextField(null=True, blank=True)
    last_score_timestamp = models.DateTimeField(null=True, blank=True, db_index=True)
    expiration_date = models.DateTimeField(null=True, blank=True, db_index=True)
    evidence = models.JSONField(null=True, blank=True)
    stamp_scores = models.JSONField(null=True, blank=True)
    stamps = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = "score"
        verbose_name_plural = "scores"
        permissions = (("rescore_individual_score", "Can rescore individual score"),)

    def __str__(self) -> str:
        return f"{self.status} score of passport {self.passport_id}"


class HashScorerLink(models.Model):
    """Who owns a nullifier in a community, and until when (contract, 3.5)."""

    hash = models.CharField(max_length=100, db_index=True, help_text="The nullifier.")
    address = models.CharField(max_length=42, db_index=True, help_text="Lowercase.")
    community = models.ForeignKey("account.Community", on_delete=models.CASCADE, related_name="hash_links")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "hash link"
        verbose_name_plural = "hash links"
        unique_together = (("hash", "community"),)

    def __str__(self) -> str:
        return f"{self.hash} is {self.address}'s in community {self.community_id}"


class Event(models.Model):
    """Something that happened to an address: the history behind the rows that are only the latest state."""

    class Action(models.TextChoices):
        """What happened."""

        LIFO_DEDUPLICATION = "LDP", "LIFO deduplication"
        SCORE_UPDATE = "SCU", "Score update"

    action = models.CharField(max_length=3, choices=Action.choices)
    address = models.CharField(max_length=42, help_text="Lowercase.")
    community = models.ForeignKey(
        "account.Community", on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    created_at = models.DateTimeField(default=timezone.now)
    data = models.JSONField()

    class Meta:
        verbose_name = "event"
        verbose_name_plural = "events"
        indexes = (models.Index(fields=["action", "address", "community", "created_at"], name="score_history_index"),)

    def __str__(self) -> str:
        return f"{self.action} of {self.address}"
