"""An index to find revoked stamps by the signature of an Ed25519 proof (D23). Ours: the existing database lacks it."""

from django.db import migrations, models
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Right

from scorer_v2.database.concurrent_indexes import AddIndexSafely


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("ceramic_cache", "0100_ban_address_lower")]

    operations = [
        AddIndexSafely(
            model_name="ceramiccache",
            index=models.Index(
                Right(KeyTextTransform("jws", KeyTransform("proof", "stamp")), 86),
                name="ceramic_cache_jws",
                condition=models.Q(stamp__proof__jws__isnull=False),
            ),
        ),
    ]
