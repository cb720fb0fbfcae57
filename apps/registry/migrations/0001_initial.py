"""The tables of scores, with the points that an empty database starts with.

The existing database has a migration of this name, so there this one counts as applied.
"""

import django.db.models.deletion
import django.utils.timezone
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

POINTS_OF_ACTIONS = {
    "SCB": 500,
    "HKY": 100,
    "ISB": 100,
    "ISS": 200,
    "ISG": 500,
    "CSB": 100,
    "CSE": 200,
    "CST": 500,
    "PMT": 300,
    "HIM": 1000,
}


def add_points_of_actions(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    config = apps.get_model("registry", "HumanPointsConfig")
    config.objects.using(schema_editor.connection.alias).bulk_create(
        config(action=action, points=points, active=True) for action, points in POINTS_OF_ACTIONS.items()
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("account", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BatchModelScoringRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("s3_filename", models.CharField(db_index=True, max_length=100)),
                ("model_list", models.CharField(max_length=100)),
                ("status", models.CharField(db_index=True, max_length=20)),
                ("progress", models.IntegerField(default=0, help_text="Per cent.")),
                ("last_progress_update", models.DateTimeField(blank=True, null=True)),
                ("input_addresses_file", models.FileField(blank=True, null=True, upload_to="")),
                ("results_file", models.FileField(blank=True, null=True, upload_to="")),
                ("trigger_processing_file", models.FileField(blank=True, null=True, upload_to="")),
            ],
            options={
                "verbose_name": "batch scoring request",
                "verbose_name_plural": "batch scoring requests",
            },
        ),
        migrations.CreateModel(
            name="HumanPointsMultiplier",
            fields=[
                ("address", models.CharField(help_text="Lowercase.", max_length=42, primary_key=True, serialize=False)),
                ("multiplier", models.IntegerField()),
            ],
            options={
                "verbose_name": "human points multiplier",
                "verbose_name_plural": "human points multipliers",
            },
        ),
        migrations.CreateModel(
            name="StampMetadata",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=100, unique=True)),
                ("is_beta", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "stamp metadata",
                "verbose_name_plural": "stamp metadata",
            },
        ),
        migrations.CreateModel(
            name="GTCStakeEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event_type", models.CharField(help_text="Such as SelfStake.", max_length=15)),
                ("round_id", models.IntegerField(db_index=True)),
                ("staker", models.CharField(db_index=True, help_text="Lowercase.", max_length=42)),
                (
                    "address",
                    models.CharField(blank=True, db_index=True, help_text="Lowercase.", max_length=42, null=True),
                ),
                ("amount", models.DecimalField(decimal_places=18, help_text="In GTC.", max_digits=78)),
                ("staked", models.BooleanField()),
                ("block_number", models.IntegerField()),
                ("tx_hash", models.CharField(max_length=66)),
            ],
            options={
                "verbose_name": "GTC stake event",
                "verbose_name_plural": "GTC stake events",
                "indexes": [
                    models.Index(fields=["round_id", "address", "staker"], name="gtc_staking_index"),
                    models.Index(fields=["round_id", "staker"], name="gtc_staking_index_by_staker"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HumanPoints",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(db_index=True, help_text="Lowercase.", max_length=42)),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("SCB", "Scoring bonus: passing in four communities"),
                            ("HKY", "Human keys"),
                            ("ISB", "Identity staking, bronze"),
                            ("ISS", "Identity staking, silver"),
                            ("ISG", "Identity staking, gold"),
                            ("CSB", "Community staking, beginner"),
                            ("CSE", "Community staking, experienced"),
                            ("CST", "Community staking, trusted citizen"),
                            ("PMT", "Passport mint"),
                            ("HIM", "Human ID mint"),
                            ("HGO", "Government ID"),
                            ("HPH", "Phone"),
                            ("HCH", "Clean hands"),
                            ("HBI", "Biometrics"),
                            ("MTA", "MetaMask (no longer awarded)"),
                            ("MM2", "MetaMask list"),
                            ("SOG", "Seasoned passport list"),
                            ("TCO", "The chosen ones list"),
                        ],
                        db_index=True,
                        max_length=3,
                    ),
                ),
                ("chain_id", models.IntegerField(db_index=True, default=0)),
                ("provider", models.CharField(blank=True, db_index=True, default="", max_length=100)),
                ("tx_hash", models.CharField(blank=True, default="", max_length=100)),
                ("timestamp", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "human points",
                "verbose_name_plural": "human points",
                "indexes": [
                    models.Index(fields=["address", "action"], name="registry_hu_address_5fea1a_idx"),
                    models.Index(fields=["chain_id", "action"], name="registry_hu_chain_i_646b64_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("address", "action", "chain_id", "provider", "tx_hash"),
                        name="unique_human_points_constraint",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HumanPointsConfig",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("SCB", "Scoring bonus: passing in four communities"),
                            ("HKY", "Human keys"),
                            ("ISB", "Identity staking, bronze"),
                            ("ISS", "Identity staking, silver"),
                            ("ISG", "Identity staking, gold"),
                            ("CSB", "Community staking, beginner"),
                            ("CSE", "Community staking, experienced"),
                            ("CST", "Community staking, trusted citizen"),
                            ("PMT", "Passport mint"),
                            ("HIM", "Human ID mint"),
                            ("HGO", "Government ID"),
                            ("HPH", "Phone"),
                            ("HCH", "Clean hands"),
                            ("HBI", "Biometrics"),
                            ("MTA", "MetaMask (no longer awarded)"),
                            ("MM2", "MetaMask list"),
                            ("SOG", "Seasoned passport list"),
                            ("TCO", "The chosen ones list"),
                        ],
                        max_length=3,
                        unique=True,
                    ),
                ),
                ("points", models.IntegerField()),
                ("active", models.BooleanField(db_index=True, default=True)),
            ],
            options={
                "verbose_name": "human points configuration",
                "verbose_name_plural": "human points configurations",
                "indexes": [models.Index(fields=["action", "active"], name="registry_hu_action_230641_idx")],
            },
        ),
        migrations.CreateModel(
            name="Passport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "address",
                    models.CharField(blank=True, db_index=True, help_text="Lowercase.", max_length=100, null=True),
                ),
                ("requires_calculation", models.BooleanField(blank=True, null=True)),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passports",
                        to="account.community",
                    ),
                ),
            ],
            options={
                "verbose_name": "passport",
                "verbose_name_plural": "passports",
                "unique_together": {("address", "community")},
            },
        ),
        migrations.CreateModel(
            name="Score",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.DecimalField(blank=True, decimal_places=9, max_digits=18, null=True)),
                (
                    "status",
                    models.CharField(
                        blank=True,
                        choices=[("PROCESSING", "Processing"), ("DONE", "Done"), ("ERROR", "Error")],
                        db_index=True,
                        max_length=20,
                        null=True,
                    ),
                ),
                ("error", models.TextField(blank=True, null=True)),
                ("last_score_timestamp", models.DateTimeField(blank=True, db_index=True, null=True)),
                ("expiration_date", models.DateTimeField(blank=True, db_index=True, null=True)),
                ("evidence", models.JSONField(blank=True, null=True)),
                ("stamp_scores", models.JSONField(blank=True, null=True)),
                ("stamps", models.JSONField(blank=True, null=True)),
                (
                    "passport",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="score", to="registry.passport"
                    ),
                ),
            ],
            options={
                "verbose_name": "score",
                "verbose_name_plural": "scores",
                "permissions": (("rescore_individual_score", "Can rescore individual score"),),
            },
        ),
        migrations.CreateModel(
            name="Stamp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(db_index=True, max_length=256)),
                ("credential", models.JSONField()),
                (
                    "passport",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stamps",
                        to="registry.passport",
                    ),
                ),
            ],
            options={
                "verbose_name": "stamp",
                "verbose_name_plural": "stamps",
            },
        ),
        migrations.CreateModel(
            name="WeightConfiguration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=50, unique=True)),
                ("threshold", models.FloatField()),
                ("active", models.BooleanField(default=False)),
                ("description", models.TextField(blank=True, null=True)),
                ("csv_source", models.FileField(blank=True, null=True, upload_to="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "weight configuration",
                "verbose_name_plural": "weight configurations",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("active", True)),
                        fields=("active",),
                        name="unique_active_weight_configuration",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BatchModelScoringRequestItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(db_index=True, max_length=42)),
                ("status", models.CharField(db_index=True, max_length=20)),
                ("result", models.JSONField(blank=True, null=True)),
                (
                    "batch_scoring_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="registry.batchmodelscoringrequest",
                    ),
                ),
            ],
            options={
                "verbose_name": "batch scoring item",
                "verbose_name_plural": "batch scoring items",
                "unique_together": {("batch_scoring_request", "address")},
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.CharField(choices=[("LDP", "LIFO deduplication"), ("SCU", "Score update")], max_length=3),
                ),
                ("address", models.CharField(help_text="Lowercase.", max_length=42)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("data", models.JSONField()),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="account.community",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "indexes": [
                    models.Index(fields=["action", "address", "community", "created_at"], name="score_history_index")
                ],
            },
        ),
        migrations.CreateModel(
            name="HashScorerLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hash", models.CharField(db_index=True, help_text="The nullifier.", max_length=100)),
                ("address", models.CharField(db_index=True, help_text="Lowercase.", max_length=42)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hash_links", to="account.community"
                    ),
                ),
            ],
            options={
                "verbose_name": "hash link",
                "verbose_name_plural": "hash links",
                "unique_together": {("hash", "community")},
            },
        ),
        migrations.CreateModel(
            name="HumanPointsCommunityQualifiedUsers",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(db_index=True, help_text="Lowercase.", max_length=42)),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="qualified_users",
                        to="account.community",
                    ),
                ),
            ],
            options={
                "verbose_name": "qualified user",
                "verbose_name_plural": "qualified users",
                "indexes": [models.Index(fields=["address"], name="registry_hu_address_0abb23_idx")],
                "unique_together": {("address", "community")},
            },
        ),
        migrations.CreateModel(
            name="WeightConfigurationItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=100)),
                ("weight", models.FloatField()),
                (
                    "stamp_metadata",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="weights",
                        to="registry.stampmetadata",
                    ),
                ),
                (
                    "weight_configuration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="weights",
                        to="registry.weightconfiguration",
                    ),
                ),
            ],
            options={
                "verbose_name": "weight",
                "verbose_name_plural": "weights",
                "unique_together": {("weight_configuration", "provider")},
            },
        ),
        migrations.RunPython(add_points_of_actions, migrations.RunPython.noop),
    ]
