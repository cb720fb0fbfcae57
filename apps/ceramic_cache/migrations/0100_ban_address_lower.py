"""An index to find bans by address whatever its case (endpoint check-bans). Ours: the existing database lacks it."""

from django.db import migrations, models
from django.db.models.functions import Lower

from scorer_v2.database.concurrent_indexes import AddIndexSafely


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("ceramic_cache", "0001_initial")]

    operations = [
        AddIndexSafely(model_name="ban", index=models.Index(Lower("address"), name="ban_address_lower")),
    ]
