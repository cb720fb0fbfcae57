"""The tables of scorers.

The existing database has a migration of this name, so there this one counts as applied.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Scorer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "type",
                    models.CharField(
                        choices=[("WEIGHTED", "Weighted"), ("WEIGHTED_BINARY", "Weighted binary")],
                        default="WEIGHTED",
                        max_length=100,
                    ),
                ),
                (
                    "exclude_from_weight_updates",
                    models.BooleanField(
                        default=False,
                        help_text="Keep the weights when a new weight configuration is copied to all scorers.",
                    ),
                ),
            ],
            options={
                "verbose_name": "scorer",
                "verbose_name_plural": "scorers",
            },
        ),
        migrations.CreateModel(
            name="RescoreRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=20)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("num_communities_requested", models.IntegerField(default=0)),
                ("num_communities_processed", models.IntegerField(default=0)),
            ],
            options={
                "verbose_name": "rescore request",
                "verbose_name_plural": "rescore requests",
            },
        ),
        migrations.CreateModel(
            name="BinaryWeightedScorer",
            fields=[
                (
                    "scorer_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="scorer_weighted.scorer",
                    ),
                ),
                (
                    "weights",
                    models.JSONField(blank=True, help_text="Provider to weight, a number or a text.", null=True),
                ),
                ("threshold", models.DecimalField(decimal_places=5, max_digits=10)),
            ],
            options={
                "verbose_name": "binary weighted scorer",
                "verbose_name_plural": "binary weighted scorers",
            },
            bases=("scorer_weighted.scorer", models.Model),
        ),
        migrations.CreateModel(
            name="WeightedScorer",
            fields=[
                (
                    "scorer_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="scorer_weighted.scorer",
                    ),
                ),
                (
                    "weights",
                    models.JSONField(blank=True, help_text="Provider to weight, a number or a text.", null=True),
                ),
                ("threshold", models.DecimalField(decimal_places=5, max_digits=10)),
            ],
            options={
                "verbose_name": "weighted scorer",
                "verbose_name_plural": "weighted scorers",
            },
            bases=("scorer_weighted.scorer", models.Model),
        ),
    ]
