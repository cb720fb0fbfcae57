"""The tables of accounts as they became in 2026, with the rows that an empty database starts with.

The name has nothing to do with it: the existing database has a migration of this name in every generation, so there
this one counts as applied. It runs on databases that this service made itself.
"""

import django.db.models.deletion
import django.utils.timezone
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Who is advertised first. Operators replace the texts in the admin site.
CAMPAIGNS = (
    ("Gitcoin", "gitcoin", "Fund what matters", "Grants for open source and public goods.", "https://gitcoin.co"),
    ("Verax", "verax", "Attest on chain", "A shared registry of attestations.", "https://www.ver.ax"),
    ("Lido", "lido", "Stake your ETH", "Liquid staking for Ethereum.", "https://lido.fi"),
    ("zkSync", "zksync", "Scale Ethereum", "A layer 2 that is secured by zero-knowledge proofs.", "https://zksync.io"),
)
# Holders of a name of the Ethereum Name Service, as an example of what a condition looks like.
EXAMPLE = {
    "name": "EnsName",
    "condition": {
        "contracts": [
            {"address": "0x57f1887a8bf19b14fc0df6fd9b2acc9af147ea85", "chainId": 1, "standard": "ERC-721"},
        ]
    },
}
EXAMPLE_PROVIDER = "NFTHolder#EnsName#845ef952"


def add_rows(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    using = schema_editor.connection.alias
    apps.get_model("account", "FeaturedCampaign").objects.using(using).bulk_create(
        apps.get_model("account", "FeaturedCampaign")(
            partner_name=partner,
            partner_logo="",
            image_tag=tag,
            header_text=header,
            body_text=body,
            destination_url=url,
            is_active=True,
            display_order=order,
        )
        for order, (partner, tag, header, body, url) in enumerate(CAMPAIGNS)
    )
    apps.get_model("account", "CustomPlatform").objects.using(using).create(
        platform_type="NFT", name="NFTHolder", display_name="NFT Holder", icon_url="./assets/nftHolder.svg", is_evm=True
    )
    apps.get_model("account", "CustomCredentialRuleset").objects.using(using).create(
        credential_type="NFT", name=EXAMPLE["name"], definition=EXAMPLE, provider_id=EXAMPLE_PROVIDER
    )


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0001_initial"),
        ("registry", "0002_remove_score_scorer_passport_address_and_more"),
    ]

    operations = [
        migrations.CreateModel(
            name="EmbedSectionHeader",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=255, unique=True)),
            ],
            options={
                "verbose_name": "embed section",
                "verbose_name_plural": "embed sections",
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="FeaturedCampaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("partner_name", models.CharField(max_length=100)),
                ("partner_logo", models.TextField(help_text="SVG or URL.")),
                (
                    "image_tag",
                    models.CharField(help_text="The name that the user interface has for the image.", max_length=100),
                ),
                ("header_text", models.CharField(max_length=255)),
                ("body_text", models.TextField()),
                ("destination_url", models.URLField()),
                ("is_active", models.BooleanField(default=True)),
                ("display_order", models.PositiveIntegerField(default=0, help_text="Smaller numbers come first.")),
            ],
            options={
                "verbose_name": "featured campaign",
                "verbose_name_plural": "featured campaigns",
                "base_manager_name": "objects",
            },
        ),
        migrations.AlterModelOptions(
            name="customcredential",
            options={
                "base_manager_name": "objects",
                "verbose_name": "custom credential",
                "verbose_name_plural": "custom credentials",
            },
        ),
        migrations.AlterModelOptions(
            name="customplatform",
            options={
                "base_manager_name": "objects",
                "verbose_name": "custom platform",
                "verbose_name_plural": "custom platforms",
            },
        ),
        migrations.AddField(
            model_name="customplatform",
            name="is_evm",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="The user needs an Ethereum wallet for it.",
                verbose_name="EVM",
            ),
        ),
        migrations.AlterField(
            model_name="customcredentialruleset",
            name="credential_type",
            field=models.CharField(
                choices=[("DEVEL", "DeveloperList"), ("NFT", "NFTHolder")], default="DEVEL", max_length=5
            ),
        ),
        migrations.AlterField(
            model_name="customplatform",
            name="platform_type",
            field=models.CharField(
                choices=[("DEVEL", "DeveloperList"), ("NFT", "NFTHolder")], default="DEVEL", max_length=5
            ),
        ),
        migrations.CreateModel(
            name="EmbedSectionOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.IntegerField(default=0, help_text="Smaller numbers come first.")),
                (
                    "customization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="embed_sections",
                        to="account.customization",
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="account.embedsectionheader",
                    ),
                ),
            ],
            options={
                "verbose_name": "section of the widget",
                "verbose_name_plural": "sections of the widget",
                "base_manager_name": "objects",
                "unique_together": {("customization", "section")},
            },
        ),
        migrations.CreateModel(
            name="EmbedStampPlatform",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.IntegerField(default=0, help_text="Smaller numbers come first.")),
                (
                    "customization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="embed_platforms",
                        to="account.customization",
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="embedded",
                        to="registry.platformmetadata",
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="platforms",
                        to="account.embedsectionheader",
                    ),
                ),
            ],
            options={
                "verbose_name": "platform of the widget",
                "verbose_name_plural": "platforms of the widget",
                "base_manager_name": "objects",
                "unique_together": {("customization", "platform")},
            },
        ),
        migrations.CreateModel(
            name="WalletGroupCommunityClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "group_key",
                    models.TextField(help_text="The addresses of the group: lowercase, sorted, joined by commas."),
                ),
                ("canonical_address", models.CharField(db_index=True, help_text="Lowercase.", max_length=42)),
                ("claimed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wallet_group_claims",
                        to="account.community",
                    ),
                ),
            ],
            options={
                "verbose_name": "claim of a wallet group",
                "verbose_name_plural": "claims of wallet groups",
                "base_manager_name": "objects",
                "unique_together": {("group_key", "community")},
            },
        ),
        migrations.RunPython(add_rows, migrations.RunPython.noop),
    ]
