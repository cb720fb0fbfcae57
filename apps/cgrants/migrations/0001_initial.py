"""The tables of contributions.

The existing database has a migration of this name, so there this one counts as applied.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Contribution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("success", models.BooleanField(default=True)),
                ("amount_per_period_usdt", models.DecimalField(decimal_places=18, default=0, max_digits=64)),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "contribution",
                "verbose_name_plural": "contributions",
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hidden", models.BooleanField(db_index=True, default=False)),
                ("active", models.BooleanField(db_index=True, default=True)),
                ("is_clr_eligible", models.BooleanField(default=True)),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "grant",
                "verbose_name_plural": "grants",
            },
        ),
        migrations.CreateModel(
            name="GrantCLR",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("type", models.CharField(max_length=25)),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "matching round",
                "verbose_name_plural": "matching rounds",
            },
        ),
        migrations.CreateModel(
            name="Profile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("handle", models.CharField(max_length=255, unique=True)),
                ("github_id", models.BigIntegerField(blank=True, db_index=True, null=True)),
                ("notes", models.TextField(blank=True, null=True)),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "profile",
                "verbose_name_plural": "profiles",
            },
        ),
        migrations.CreateModel(
            name="ProtocolContributions",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ext_id", models.CharField(max_length=66, unique=True)),
                ("contributor", models.CharField(db_index=True, max_length=100)),
                ("round", models.CharField(db_index=True, max_length=100)),
                ("project", models.CharField(db_index=True, max_length=100)),
                ("amount", models.DecimalField(db_index=True, decimal_places=18, max_digits=64)),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "protocol contribution",
                "verbose_name_plural": "protocol contributions",
            },
        ),
        migrations.CreateModel(
            name="SquelchedAccounts",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "address",
                    models.CharField(blank=True, db_index=True, help_text="Lowercase.", max_length=100, null=True),
                ),
                ("score_when_squelched", models.DecimalField(decimal_places=18, max_digits=64)),
                ("sybil_signal", models.BooleanField(default=False)),
                ("round_number", models.CharField(max_length=100)),
            ],
            options={
                "verbose_name": "squelched account",
                "verbose_name_plural": "squelched accounts",
            },
        ),
        migrations.CreateModel(
            name="GrantCLRCalculation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("active", models.BooleanField(db_index=True, default=False)),
                ("latest", models.BooleanField(db_index=True, default=False)),
                ("data", models.JSONField(default=dict)),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matching_calculations",
                        to="cgrants.grant",
                    ),
                ),
                (
                    "grantclr",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="calculations", to="cgrants.grantclr"
                    ),
                ),
            ],
            options={
                "verbose_name": "matching calculation",
                "verbose_name_plural": "matching calculations",
            },
        ),
        migrations.CreateModel(
            name="GrantContributionIndex",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round_num", models.IntegerField(blank=True, null=True)),
                (
                    "contributor_address",
                    models.CharField(blank=True, db_index=True, help_text="Lowercase.", max_length=100, null=True),
                ),
                ("amount", models.DecimalField(db_index=True, decimal_places=18, default=0, max_digits=64)),
                (
                    "contribution",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indexed_contributions",
                        to="cgrants.contribution",
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indexed_contributions",
                        to="cgrants.grant",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indexed_contributions",
                        to="cgrants.profile",
                    ),
                ),
            ],
            options={
                "verbose_name": "indexed contribution",
                "verbose_name_plural": "indexed contributions",
            },
        ),
        migrations.AddField(
            model_name="grant",
            name="admin_profile",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="administered_grants", to="cgrants.profile"
            ),
        ),
        migrations.CreateModel(
            name="RoundMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round_number", models.CharField(help_text="Such as GG18.", max_length=100)),
                ("round_eth_address", models.CharField(db_index=True, max_length=100)),
            ],
            options={
                "verbose_name": "round mapping",
                "verbose_name_plural": "round mappings",
                "unique_together": {("round_number", "round_eth_address")},
            },
        ),
        migrations.CreateModel(
            name="SquelchProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("active", models.BooleanField(default=True)),
                ("data", models.JSONField(default=dict)),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="squelches", to="cgrants.profile"
                    ),
                ),
            ],
            options={
                "verbose_name": "squelched profile",
                "verbose_name_plural": "squelched profiles",
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_mainnet", models.BooleanField(default=False)),
                ("data", models.JSONField(default=dict)),
                (
                    "contributor_profile",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscriptions",
                        to="cgrants.profile",
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="subscriptions", to="cgrants.grant"
                    ),
                ),
            ],
            options={
                "verbose_name": "subscription",
                "verbose_name_plural": "subscriptions",
            },
        ),
        migrations.AddField(
            model_name="contribution",
            name="subscription",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="contributions", to="cgrants.subscription"
            ),
        ),
    ]
