"""Demo data: a small world that shows every rule. For development settings only; `manage.py seed_demo` is the command.

Nothing here is imported by the service itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection, transaction

from tools.demo.accounts import (
    ADMIN,
    KEYS,
    plant_accounts,
    plant_communities,
    plant_customization,
    plant_weight_configuration,
)
from tools.demo.activities import plant_contributions, plant_points, plant_stakes
from tools.demo.demo_secrets import DEMO_KEY, load_or_make
from tools.demo.people import ALICE, UI_COMMUNITY
from tools.demo.planting import Count, Planting
from tools.demo.stamps import plant_bans, plant_links, plant_stamps

SECRETS_FILE = "demo.json"

# Of two that seed at once, the second one waits and finds all there.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('tools.demo', 0))"


@dataclass(frozen=True, slots=True)
class DemoData:
    """What a first request needs. Password and keys are there only when they were made just now; later they are in
    the file `.data/demo.json`. `counts`: table to rows added and already there."""

    admin_username: str
    admin_password: str | None
    api_key: str | None
    api_keys: Mapping[str, str]
    scorer_id: int
    address: str
    counts: Mapping[str, Count]


def seed(folder: Path | None = None) -> DemoData:
    """Adds what is missing of the demo to the default database, all or nothing. Secrets and the issuer's key are kept
    in `folder`, by default `.data`.

    Raises CommandError under settings that are not for development, and when community 1, 2 or 3 is somebody else's.
    """
    if settings.DEVELOPMENT is not True:
        raise CommandError("Demo data is for development: set DJANGO_SETTINGS_MODULE=settings.dev.")
    folder = folder or settings.BASE_DIR / ".data"
    planting = Planting()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        secrets = load_or_make(folder / SECRETS_FILE, key_names=list(KEYS))
        account = plant_accounts(planting, secrets)
        plant_communities(planting, account)
        plant_weight_configuration(planting)
        plant_customization(planting)
        plant_stamps(planting, folder)
        plant_bans(planting)
        plant_links(planting)
        plant_stakes(planting)
        plant_contributions(planting)
        plant_points(planting)
    return DemoData(
        admin_username=ADMIN,
        admin_password=secrets.admin_password if secrets.are_new else None,
        api_key=secrets.api_keys[DEMO_KEY] if secrets.are_new else None,
        api_keys=secrets.api_keys if secrets.are_new else {},
        scorer_id=UI_COMMUNITY,
        address=ALICE.address,
        counts=planting.counts,
    )
