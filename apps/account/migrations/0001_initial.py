"""The tables of accounts and communities.

The existing database has a migration of this name, so there this one counts as applied.
"""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("scorer_weighted", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AddressList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="Letters and digits. Cannot be changed: stamps carry it.",
                        max_length=100,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator("^[A-Za-z0-9]+\\Z", "Letters and digits only.")
                        ],
                    ),
                ),
            ],
            options={
                "verbose_name": "address list",
                "verbose_name_plural": "address lists",
            },
        ),
        migrations.CreateModel(
            name="CustomCredentialRuleset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "credential_type",
                    models.CharField(choices=[("DEVEL", "DeveloperList")], default="DEVEL", max_length=5),
                ),
                ("definition", models.JSONField(help_text="At least an alphanumeric `name` and a `condition`.")),
                ("name", models.CharField(editable=False, max_length=64)),
                (
                    "provider_id",
                    models.CharField(
                        editable=False,
                        help_text="<TypeName>#<name>#<first 8 hex digits of a digest>",
                        max_length=256,
                        unique=True,
                    ),
                ),
            ],
            options={
                "verbose_name": "custom credential ruleset",
                "verbose_name_plural": "custom credential rulesets",
            },
        ),
        migrations.CreateModel(
            name="CustomPlatform",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "platform_type",
                    models.CharField(choices=[("DEVEL", "DeveloperList")], default="DEVEL", max_length=5),
                ),
                ("name", models.CharField(max_length=64, unique=True)),
                ("display_name", models.CharField(blank=True, max_length=64, null=True)),
                ("icon_url", models.CharField(blank=True, max_length=64, null=True)),
                ("description", models.CharField(blank=True, max_length=256, null=True)),
                ("banner_heading", models.CharField(blank=True, max_length=64, null=True)),
                ("banner_content", models.CharField(blank=True, max_length=256, null=True)),
                ("banner_cta_text", models.CharField(blank=True, max_length=256, null=True)),
                ("banner_cta_url", models.CharField(blank=True, max_length=256, null=True)),
            ],
            options={
                "verbose_name": "custom platform",
                "verbose_name_plural": "custom platforms",
            },
        ),
        migrations.CreateModel(
            name="Nonce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nonce", models.CharField(max_length=60, unique=True)),
                ("created_on", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_on", models.DateTimeField(blank=True, null=True)),
                ("was_used", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "nonce",
                "verbose_name_plural": "nonces",
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(db_index=True, help_text="Lowercase, with 0x.", max_length=100)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="account", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "account",
                "verbose_name_plural": "accounts",
            },
        ),
        migrations.CreateModel(
            name="AccountAPIKey",
            fields=[
                (
                    "id",
                    models.CharField(
                        editable=False, help_text="<prefix>.<hash>", max_length=150, primary_key=True, serialize=False
                    ),
                ),
                ("prefix", models.CharField(editable=False, max_length=8, unique=True)),
                ("hashed_key", models.CharField(editable=False, max_length=150)),
                ("hashed_key_sha256", models.CharField(blank=True, editable=False, max_length=71, null=True)),
                ("created", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ("name", models.CharField(help_text="What the key is for.", max_length=50)),
                ("revoked", models.BooleanField(default=False, help_text="Cannot be undone.")),
                (
                    "expiry_date",
                    models.DateTimeField(blank=True, help_text="Blank: never.", null=True, verbose_name="expires"),
                ),
                (
                    "rate_limit",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("15/15m", "Analysis tier 1 - 15 requests per 15 minutes"),
                            ("125/15m", "Tier 1 - 125 requests per 15 minutes"),
                            ("350/15m", "Tier 2 - 350 requests per 15 minutes"),
                            ("2000/15m", "Tier 3 - 2000 requests per 15 minutes"),
                            ("", "Unlimited"),
                        ],
                        default="125/15m",
                        max_length=20,
                        null=True,
                    ),
                ),
                (
                    "analysis_rate_limit",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("15/15m", "Analysis tier 1 - 15 requests per 15 minutes"),
                            ("125/15m", "Tier 1 - 125 requests per 15 minutes"),
                            ("350/15m", "Tier 2 - 350 requests per 15 minutes"),
                            ("2000/15m", "Tier 3 - 2000 requests per 15 minutes"),
                            ("", "Unlimited"),
                        ],
                        default="15/15m",
                        max_length=20,
                        null=True,
                    ),
                ),
                (
                    "embed_rate_limit",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("15/15m", "Analysis tier 1 - 15 requests per 15 minutes"),
                            ("125/15m", "Tier 1 - 125 requests per 15 minutes"),
                            ("350/15m", "Tier 2 - 350 requests per 15 minutes"),
                            ("2000/15m", "Tier 3 - 2000 requests per 15 minutes"),
                            ("", "Unlimited"),
                        ],
                        default="125/15m",
                        max_length=20,
                        null=True,
                    ),
                ),
                ("read_scores", models.BooleanField(default=True)),
                ("submit_passports", models.BooleanField(default=True)),
                ("create_scorers", models.BooleanField(default=False)),
                ("historical_endpoint", models.BooleanField(default=False)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="api_keys", to="account.account"
                    ),
                ),
            ],
            options={
                "verbose_name": "API key",
                "verbose_name_plural": "API keys",
            },
        ),
        migrations.CreateModel(
            name="AccountAPIKeyAnalytics",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "created_at",
                    models.DateTimeField(blank=True, db_index=True, default=django.utils.timezone.now, null=True),
                ),
                ("path", models.CharField(max_length=1000)),
                ("base_path", models.CharField(blank=True, db_index=True, max_length=200, null=True)),
                ("path_segments", models.JSONField(blank=True, db_index=True, null=True)),
                ("query_params", models.JSONField(blank=True, db_index=True, null=True)),
                ("payload", models.JSONField(blank=True, db_index=True, null=True)),
                ("headers", models.JSONField(blank=True, null=True)),
                ("response", models.JSONField(blank=True, null=True)),
                ("response_skipped", models.BooleanField(blank=True, db_index=True, null=True)),
                ("error", models.TextField(blank=True, db_index=True, null=True)),
                ("status_code", models.IntegerField(blank=True, db_index=True, null=True)),
                (
                    "api_key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="analytics",
                        to="account.accountapikey",
                    ),
                ),
            ],
            options={
                "verbose_name": "API key call",
                "verbose_name_plural": "API key calls",
            },
        ),
        migrations.CreateModel(
            name="Community",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("description", models.CharField(max_length=100)),
                (
                    "rule",
                    models.CharField(
                        choices=[("LIFO", "Last in, first out"), ("FIFO", "First in, first out (no longer scored)")],
                        default="LIFO",
                        max_length=100,
                    ),
                ),
                ("use_case", models.CharField(blank=True, max_length=100, null=True)),
                (
                    "external_scorer_id",
                    models.CharField(
                        blank=True,
                        help_text="Found before the id by the stamps API.",
                        max_length=42,
                        null=True,
                        unique=True,
                    ),
                ),
                (
                    "human_points_program",
                    models.BooleanField(default=False, help_text="Passing scores here award human points."),
                ),
                ("created_at", models.DateTimeField(blank=True, default=django.utils.timezone.now, null=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="communities", to="account.account"
                    ),
                ),
                (
                    "scorer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="communities",
                        to="scorer_weighted.scorer",
                    ),
                ),
            ],
            options={
                "verbose_name": "community",
                "verbose_name_plural": "communities",
            },
        ),
        migrations.CreateModel(
            name="Customization",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "path",
                    models.CharField(
                        help_text="The dashboard's path in the user interface.", max_length=100, unique=True
                    ),
                ),
                ("partner_name", models.CharField(max_length=100)),
                ("use_custom_dashboard_panel", models.BooleanField(default=False)),
                ("show_explanation_panel", models.BooleanField(default=True)),
                ("customization_background_1", models.CharField(blank=True, max_length=7, null=True)),
                ("customization_background_2", models.CharField(blank=True, max_length=7, null=True)),
                ("customization_background_3", models.CharField(blank=True, max_length=7, null=True)),
                ("customization_foreground_1", models.CharField(blank=True, max_length=7, null=True)),
                ("customization_foreground_2", models.CharField(blank=True, max_length=7, null=True)),
                ("logo_image", models.TextField(blank=True, null=True)),
                ("logo_caption", models.TextField(blank=True, null=True)),
                ("logo_background", models.CharField(blank=True, max_length=10, null=True)),
                ("custom_dashboard_panel_title", models.CharField(blank=True, max_length=255, null=True)),
                ("body_main_text", models.TextField(blank=True, null=True)),
                ("body_sub_text", models.TextField(blank=True, null=True)),
                ("body_action_text", models.TextField(blank=True, null=True)),
                ("body_action_url", models.CharField(blank=True, max_length=200, null=True)),
                ("button_action_type", models.CharField(default="Simple Link", max_length=25)),
                ("body_display_info_tooltip", models.BooleanField(default=False)),
                ("body_info_tooltip_text", models.TextField(blank=True, null=True)),
                ("scorer_panel_title", models.CharField(blank=True, max_length=100, null=True)),
                ("scorer_panel_text", models.TextField(blank=True, null=True)),
                ("nav_logo", models.TextField(blank=True, null=True)),
                ("nav_order", models.IntegerField(default=0)),
                ("show_in_top_nav", models.BooleanField(default=False)),
                (
                    "scorer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="customization",
                        to="account.community",
                    ),
                ),
            ],
            options={
                "verbose_name": "customization",
                "verbose_name_plural": "customizations",
            },
        ),
        migrations.CreateModel(
            name="AllowList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("weight", models.DecimalField(decimal_places=4, default=0, max_digits=7)),
                (
                    "address_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allow_lists",
                        to="account.addresslist",
                    ),
                ),
                (
                    "customization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="allow_lists",
                        to="account.customization",
                    ),
                ),
            ],
            options={
                "verbose_name": "allow list",
                "verbose_name_plural": "allow lists",
            },
        ),
        migrations.CreateModel(
            name="CustomCredential",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("weight", models.DecimalField(decimal_places=4, default=0, max_digits=7)),
                ("display_name", models.CharField(max_length=64)),
                ("description", models.CharField(blank=True, max_length=256, null=True)),
                (
                    "ruleset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="custom_credentials",
                        to="account.customcredentialruleset",
                    ),
                ),
                (
                    "customization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="custom_credentials",
                        to="account.customization",
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="custom_credentials",
                        to="account.customplatform",
                    ),
                ),
            ],
            options={
                "verbose_name": "custom credential",
                "verbose_name_plural": "custom credentials",
            },
        ),
        migrations.CreateModel(
            name="IncludedChainId",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("chain_id", models.CharField(max_length=200)),
                (
                    "customization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="included_chain_ids",
                        to="account.customization",
                    ),
                ),
            ],
            options={
                "verbose_name": "included chain",
                "verbose_name_plural": "included chains",
            },
        ),
        migrations.CreateModel(
            name="AddressListMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(db_index=True, help_text="Lowercase, with 0x.", max_length=100)),
                (
                    "list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="account.addresslist"
                    ),
                ),
            ],
            options={
                "verbose_name": "address list member",
                "verbose_name_plural": "address list members",
                "unique_together": {("address", "list")},
            },
        ),
        migrations.AddConstraint(
            model_name="community",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=("account", "name"),
                name="unique_non_deleted_name_per_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="community",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=("account", "name", "deleted_at"),
                name="unique_deleted_name_per_account",
            ),
        ),
        migrations.AlterUniqueTogether(
            name="includedchainid",
            unique_together={("chain_id", "customization")},
        ),
    ]
