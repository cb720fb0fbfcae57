"""The tables of stakes, with the row that an empty database starts with.

The existing database has a migration of this name, so there this one counts as applied.
"""

import django.utils.timezone
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def add_first_last_block(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("stake", "LastBlock").objects.using(schema_editor.connection.alias).create(chain=0, block_number=0)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="LastBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("chain", models.IntegerField(unique=True)),
                ("block_number", models.DecimalField(db_index=True, decimal_places=0, max_digits=78)),
            ],
            options={
                "verbose_name": "last block",
                "verbose_name_plural": "last blocks",
            },
        ),
        migrations.CreateModel(
            name="ReindexRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("chain", models.IntegerField(db_index=True)),
                ("start_block_number", models.DecimalField(decimal_places=0, max_digits=78)),
                ("pending", models.BooleanField(db_index=True, default=True)),
            ],
            options={
                "verbose_name": "reindex request",
                "verbose_name_plural": "reindex requests",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("pending", True)),
                        fields=("chain",),
                        name="unique_only_one_pending_per_chain",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Stake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("chain", models.IntegerField(db_index=True)),
                ("staker", models.CharField(db_index=True, max_length=42)),
                ("stakee", models.CharField(db_index=True, max_length=42)),
                ("current_amount", models.DecimalField(decimal_places=18, max_digits=78)),
                ("lock_time", models.DateTimeField()),
                ("unlock_time", models.DateTimeField()),
                ("last_updated_in_block", models.DecimalField(db_index=True, decimal_places=0, max_digits=78)),
            ],
            options={
                "verbose_name": "stake",
                "verbose_name_plural": "stakes",
                "unique_together": {("staker", "stakee", "chain")},
            },
        ),
        migrations.CreateModel(
            name="StakeEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event_type", models.CharField(db_index=True, max_length=3)),
                ("chain", models.IntegerField(db_index=True)),
                ("staker", models.CharField(db_index=True, max_length=42)),
                ("stakee", models.CharField(db_index=True, max_length=42)),
                ("amount", models.DecimalField(decimal_places=18, max_digits=78)),
                ("unlock_time", models.DateTimeField(blank=True, null=True)),
                ("block_number", models.DecimalField(db_index=True, decimal_places=0, max_digits=78)),
                ("tx_hash", models.CharField(max_length=66)),
            ],
            options={
                "verbose_name": "stake event",
                "verbose_name_plural": "stake events",
                "unique_together": {("tx_hash", "chain", "stakee")},
            },
        ),
        migrations.RunPython(add_first_last_block, migrations.RunPython.noop),
    ]
