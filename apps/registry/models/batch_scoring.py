"""Batches of addresses that are scored by models. Written and read elsewhere."""

from django.db import models
from django.utils import timezone


class BatchModelScoringRequest(models.Model):
    """A file of addresses to be scored by models."""

    created_at = models.DateTimeField(default=timezone.now)
    s3_filename = models.CharField(max_length=100, db_index=True)
    model_list = models.CharField(max_length=100)
    status = models.CharField(max_length=20, db_index=True)
    progress = models.IntegerField(default=0, help_text="Per cent.")
    last_progress_update = models.DateTimeField(null=True, blank=True)
    input_addresses_file = models.FileField(max_length=100, null=True, blank=True)
    results_file = models.FileField(max_length=100, null=True, blank=True)
    trigger_processing_file = models.FileField(max_length=100, null=True, blank=True)

    class Meta:
        verbose_name = "batch scoring request"
        verbose_name_plural = "batch scoring requests"

    def __str__(self) -> str:
        return f"{self.s3_filename}: {self.status}"


class BatchModelScoringRequestItem(models.Model):
    """An address of a batch, and what the models found."""

    batch_scoring_request = models.ForeignKey(BatchModelScoringRequest, on_delete=models.CASCADE, related_name="items")
    address = models.CharField(max_length=42, db_index=True)
    status = models.CharField(max_length=20, db_index=True)
    result = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = "batch scoring item"
        verbose_name_plural = "batch scoring items"
        unique_together = (("batch_scoring_request", "address"),)

    def __str__(self) -> str:
        return f"{self.address}: {self.status}"
