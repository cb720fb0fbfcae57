"""Django knows API keys by their prefix. The tables stay as they are."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("account", "0002_alter_community_scorer")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="accountapikey",
                    name="id",
                    field=models.CharField(editable=False, help_text="<prefix>.<hash>", max_length=150, unique=True),
                ),
                migrations.AlterField(
                    model_name="accountapikey",
                    name="prefix",
                    field=models.CharField(editable=False, max_length=8, primary_key=True, serialize=False),
                ),
                migrations.AlterField(
                    model_name="accountapikeyanalytics",
                    name="api_key",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="analytics",
                        to="account.accountapikey",
                        to_field="id",
                    ),
                ),
            ]
        )
    ]
