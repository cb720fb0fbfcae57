"""Development and demo: an embedded PostgreSQL unless DATABASE_URL names one. Never for production."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from settings import development_defaults, environment  # noqa: F401 - sets defaults before the base reads them
from settings.base import *  # noqa: F403 - a settings module extends its base
from settings.base import BASE_DIR, INSTALLED_APPS, TRUSTED_IAM_ISSUERS
from settings.databases import connections
from tools.embedded_postgres import database_url


def development_issuers(file: Path) -> list[str]:
    """The DIDs of the key that `seed_demo` and `issue_stamp` sign with; none before they have made it."""
    if not file.exists():
        return []
    from tools.issuer_keys import load_key  # noqa: PLC0415 - costs a tenth of a second, for those who need it

    try:
        key = load_key(file)
    except (OSError, ValueError) as fault:
        raise ImproperlyConfigured(f"The issuer's key in {file} cannot be read: {fault}.") from None
    return [key.did, key.ed25519_did]


DATABASES = connections(
    environment.optional_text("DATABASE_URL") or database_url(BASE_DIR / ".data" / "postgres", "scorer")
)
DEVELOPMENT = True
INSTALLED_APPS = [*INSTALLED_APPS, "tools"]
TRUSTED_IAM_ISSUERS = [*TRUSTED_IAM_ISSUERS, *development_issuers(BASE_DIR / ".data" / "issuer.key")]
HUMAN_POINTS_ENABLED = environment.flag("HUMAN_POINTS_ENABLED", default=True)
HUMAN_POINTS_WRITE_ENABLED = environment.flag("HUMAN_POINTS_WRITE_ENABLED", default=True)

environment.tell_faults()
