"""The tables of stored stamps.

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
            name="BanList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, db_index=True, max_length=256, null=True)),
                ("description", models.TextField(blank=True, null=True)),
                ("csv_file", models.FileField(max_length=1024, upload_to="")),
            ],
            options={
                "verbose_name": "ban list",
                "verbose_name_plural": "ban lists",
            },
        ),
        migrations.CreateModel(
            name="RevocationList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, db_index=True, max_length=256, null=True)),
                ("description", models.TextField(blank=True, null=True)),
                ("csv_file", models.FileField(max_length=1024, upload_to="")),
            ],
            options={
                "verbose_name": "revocation list",
                "verbose_name_plural": "revocation lists",
            },
        ),
        migrations.CreateModel(
            name="StampExports",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_export_ts", models.DateTimeField(default=django.utils.timezone.now)),
                ("stamp_total", models.IntegerField(default=0)),
            ],
            options={
                "verbose_name": "stamp export",
                "verbose_name_plural": "stamp exports",
            },
        ),
        migrations.CreateModel(
            name="Ban",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "type",
                    models.CharField(
                        choices=[("account", "Account"), ("hash", "Hash"), ("single_stamp", "Single stamp")],
                        max_length=20,
                    ),
                ),
                ("address", models.CharField(blank=True, db_index=True, default="", max_length=42)),
                ("hash", models.CharField(blank=True, db_index=True, default="", max_length=100)),
                ("provider", models.CharField(blank=True, db_index=True, default="", max_length=256)),
                ("end_time", models.DateTimeField(blank=True, db_index=True, help_text="Blank: for ever.", null=True)),
                ("reason", models.TextField(blank=True, help_text="Shown publicly.", null=True)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("last_run_revoke_matching", models.DateTimeField(blank=True, null=True)),
                (
                    "ban_list",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bans",
                        to="ceramic_cache.banlist",
                    ),
                ),
            ],
            options={
                "verbose_name": "ban",
                "verbose_name_plural": "bans",
            },
        ),
        migrations.CreateModel(
            name="CeramicCache",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("type", models.IntegerField(choices=[(1, "V1"), (2, "V2")], default=1)),
                (
                    "address",
                    models.CharField(blank=True, db_index=True, help_text="Lowercase.", max_length=100, null=True),
                ),
                ("provider", models.CharField(db_index=True, max_length=256)),
                ("stamp", models.JSONField(help_text="The credential as it was sent.")),
                ("proof_value", models.CharField(db_index=True, max_length=256)),
                ("issuance_date", models.DateTimeField(blank=True, db_index=True, null=True)),
                ("expiration_date", models.DateTimeField(blank=True, db_index=True, null=True)),
                (
                    "created_at",
                    models.DateTimeField(blank=True, db_index=True, default=django.utils.timezone.now, null=True),
                ),
                ("updated_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("deleted_at", models.DateTimeField(blank=True, db_index=True, null=True)),
                (
                    "compose_db_save_status",
                    models.CharField(blank=True, db_index=True, default="pending", max_length=10),
                ),
                ("compose_db_stream_id", models.CharField(blank=True, db_index=True, default="", max_length=100)),
                (
                    "source_app",
                    models.IntegerField(blank=True, choices=[(1, "Passport"), (2, "Embed")], db_index=True, null=True),
                ),
                ("source_scorer_id", models.BigIntegerField(blank=True, db_index=True, null=True)),
            ],
            options={
                "verbose_name": "stored stamp",
                "verbose_name_plural": "stored stamps",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=("type", "address", "provider"),
                        name="unique_non_deleted_provider_for_address",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at__isnull", False)),
                        fields=("type", "address", "provider", "deleted_at"),
                        name="unique_deleted_provider_for_address",
                    ),
                ],
                "unique_together": {("type", "address", "provider", "deleted_at")},
            },
        ),
        migrations.CreateModel(
            name="CeramicCacheLegacy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(blank=True, db_index=True, max_length=100, null=True)),
                ("provider", models.CharField(db_index=True, max_length=256)),
                ("stamp", models.JSONField(db_index=True)),
            ],
            options={
                "verbose_name": "legacy stored stamp",
                "verbose_name_plural": "legacy stored stamps",
                "unique_together": {("address", "provider")},
            },
        ),
        migrations.CreateModel(
            name="Revocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("proof_value", models.CharField(db_index=True, max_length=256)),
                (
                    "ceramic_cache",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="revocation",
                        to="ceramic_cache.ceramiccache",
                    ),
                ),
                (
                    "revocation_list",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revocations",
                        to="ceramic_cache.revocationlist",
                    ),
                ),
            ],
            options={
                "verbose_name": "revocation",
                "verbose_name_plural": "revocations",
            },
        ),
        migrations.AddIndex(
            model_name="ceramiccache",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["address", "-id"],
                name="idx_cc_addr_id_not_deleted",
            ),
        ),
    ]
