"""Database connections from their URLs."""

import os
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from settings import environment

# Our statements find rows by keys: one plan is right for all values, and planning anew costs more than running.
PLANNED_ONCE = ("-c plan_cache_mode=force_generic_plan",)

# Seconds until the first question whether the other side is there, between questions, and how many go unanswered.
KEEPALIVES = {"idle": 30, "interval": 10, "count": 3}

# libpq tells the server the time zone as it connects: Django has nothing left to set, and saves asking for it.
os.environ.setdefault("PGTZ", "UTC")


@environment.or_empty
def connection(name: str, url: str) -> dict[str, Any]:
    """A Django database entry for `url`, given by the setting `name`."""
    if not url and not environment.is_given(name):
        return {}  # told as missing already
    try:
        parsed: dict[str, Any] = {**dj_database_url.parse(url)}
    except ValueError:
        raise ImproperlyConfigured(f"The setting {name} is no database URL.") from None
    if parsed.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"The setting {name} must be a postgresql:// URL.")
    options: dict[str, Any] = {**parsed.get("OPTIONS", {})}
    options.setdefault("connect_timeout", environment.integer("DATABASE_CONNECT_TIMEOUT", 5, minimum=1))
    options.setdefault("application_name", "passport-scorer-v2")
    options.update({name: value for name, value in _liveness().items() if name not in options})
    # Off behind a transaction-pooling proxy, where prepared statements pin a connection or clash.
    prepared = environment.flag("DATABASE_PREPARED_STATEMENTS", default=True)
    options["prepare_threshold"] = 0 if prepared else None
    planned_once = prepared and environment.flag("DATABASE_GENERIC_PLANS", default=True)
    # What the URL itself says comes last, and wins.
    stated = [options["options"]] if options.get("options") else []
    server_options = " ".join([*_limits(), *(PLANNED_ONCE if planned_once else ()), *stated])
    if server_options:
        options["options"] = server_options
    return {**parsed, "CONN_MAX_AGE": None, "OPTIONS": options}


def _liveness() -> dict[str, int]:
    """A peer that vanished without a word is noticed: unanswered data after 10 s, an idle connection after 60 s."""
    timeout = environment.integer("DATABASE_TCP_TIMEOUT_MS", 10_000, minimum=0)
    return {**{f"keepalives_{name}": number for name, number in KEEPALIVES.items()}, "tcp_user_timeout": timeout}


def _limits() -> list[str]:
    """How long the server lets a statement run, wait for a lock, and a transaction of ours idle: a worker that hangs
    must not hang its clients, and one that was killed must not keep its locks. 0 leaves the server's own limit; set
    all to 0 behind a proxy that refuses start-up options.

    A server in the middle of a request is not idle, and would wait for the rest of it for hours when the network is
    gone, with its locks: with the last of these limits it looks after its client as we look after it.
    """
    limits = {
        "statement_timeout": environment.integer("DATABASE_STATEMENT_TIMEOUT_MS", 10_000, minimum=0),
        "lock_timeout": environment.integer("DATABASE_LOCK_TIMEOUT_MS", 5_000, minimum=0),
        "idle_in_transaction_session_timeout": environment.integer(
            "DATABASE_IDLE_TRANSACTION_TIMEOUT_MS", 10_000, minimum=0
        ),
    }
    if limits["idle_in_transaction_session_timeout"]:
        limits |= {f"tcp_keepalives_{name}": number for name, number in KEEPALIVES.items()}
    return [f"-c {name}={limit}" for name, limit in limits.items() if limit]


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
