"""Database connections from their URLs."""

from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from settings import environment


def connection(name: str, url: str) -> dict[str, Any]:
    """A Django database entry for `url`, given by the setting `name`."""
    try:
        parsed: dict[str, Any] = {**dj_database_url.parse(url)}
    except ValueError:
        raise ImproperlyConfigured(f"The setting {name} is no database URL.") from None
    if parsed.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"The setting {name} must be a postgresql:// URL.")
    options: dict[str, Any] = {**parsed.get("OPTIONS", {})}
    options.setdefault("connect_timeout", environment.integer("DATABASE_CONNECT_TIMEOUT", 5, minimum=1))
    options.setdefault("application_name", "passport-scorer-v2")
    # Off behind a transaction-pooling proxy, where prepared statements pin a connection or clash.
    options["prepare_threshold"] = 0 if environment.flag("DATABASE_PREPARED_STATEMENTS", default=True) else None
    return {**parsed, "CONN_MAX_AGE": None, "OPTIONS": options}


def connections(default_url: str) -> dict[str, Any]:
    """The default connection and the read replicas that are configured."""
    found = {"default": connection("DATABASE_URL", default_url)}
    for alias, name in (
        ("read_replica_0", "READ_REPLICA_0_URL"),
        ("read_replica_analytics", "READ_REPLICA_ANALYTICS_URL"),
    ):
        url = environment.optional_text(name)
        if url:
            found[alias] = connection(name, url)
    return found
