"""The tables of scores as they became in 2026: platforms of stamps.

The name has nothing to do with it: the existing database has a migration of this name in every generation, so there
this one counts as applied. It runs on databases that this service made itself.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlatformMetadata",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform_id", models.CharField(max_length=100, unique=True)),
                ("name", models.CharField(max_length=255)),
            ],
            options={
                "verbose_name": "platform",
                "verbose_name_plural": "platforms",
                "base_manager_name": "objects",
            },
        ),
        migrations.AlterModelOptions(
            name="weightconfigurationitem",
            options={"base_manager_name": "objects", "verbose_name": "weight", "verbose_name_plural": "weights"},
        ),
        migrations.AlterModelOptions(
            name="stampmetadata",
            options={
                "base_manager_name": "objects",
                "verbose_name": "stamp metadata",
                "verbose_name_plural": "stamp metadata",
            },
        ),
        migrations.AddField(
            model_name="stampmetadata",
            name="platform",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="stamps",
                to="registry.platformmetadata",
            ),
        ),
    ]
