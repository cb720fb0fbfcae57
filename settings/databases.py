"""Database connections from their URLs."""

import os
import re
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from settings import environment

# Our statements find rows by keys: one plan is right for all values, and planning anew costs more than running.
PLANNED_ONCE = ("-c plan_cache_mode=force_generic_plan",)

# Compiling a statement that takes half a millisecond takes a hundred; the planner may decide so by its estimates.
NOT_COMPILED = "-c jit=off"

# Seconds until the first question whether the other side is there, between questions, and how many go unanswered.
KEEPALIVES = {"idle": 30, "interval": 10, "count": 3}

# What stands between this service and the server. `transaction`: a pooling proxy gives every transaction another
# connection of the server's, and may refuse start-up parameters, as PgBouncer and RDS Proxy do. Limits are then set in
# each transaction, and nothing is prepared.
POOLERS = ("none", "transaction")
_PSQL = re.compile(r"psql(?=://)")


def is_pooled() -> bool:
    """Whether a proxy pools connections by transaction."""
    return environment.choice("DATABASE_POOLER", POOLERS, "none") == "transaction"


@environment.or_empty
def connection(name: str, url: str) -> dict[str, Any]:
    """A Django database entry for `url`, given by the setting `name`."""
    if not url and not environment.is_given(name):
        return {}  # told as missing already
    try:
        parsed: dict[str, Any] = {**dj_database_url.parse(_PSQL.sub("postgresql", url, count=1))}
    except ValueError:
        raise ImproperlyConfigured(f"The setting {name} is no database URL.") from None
    if parsed.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"The setting {name} must be a postgresql:// URL.")
    options: dict[str, Any] = {**parsed.get("OPTIONS", {})}
    options.setdefault("connect_timeout", environment.integer("DATABASE_CONNECT_TIMEOUT", 5, minimum=1))
    options.setdefault("application_name", "passport-scorer-v2")
    options.update({name: value for name, value in _liveness().items() if name not in options})
    # Off behind a proxy that pools by transaction, where prepared statements pin a connection or clash.
    pooled = is_pooled()
    if not pooled:
        # libpq tells the server the time zone as it connects: Django has nothing left to set, and saves asking for it.
        os.environ.setdefault("PGTZ", "UTC")
    prepared = environment.flag("DATABASE_PREPARED_STATEMENTS", default=not pooled)
    options["prepare_threshold"] = 0 if prepared else None
    planned_once = prepared and environment.flag("DATABASE_GENERIC_PLANS", default=True)
    # What the URL itself says comes last, and wins.
    stated = [options["options"]] if options.get("options") else []
    own = [] if pooled else [*_server_options(), NOT_COMPILED, *(PLANNED_ONCE if planned_once else ())]
    server_options = " ".join([*own, *stated])
    if server_options:
        options["options"] = server_options
    # A server-side cursor outlives its transaction.
    engine = "scorer_v2.database.backend"
    return {
        **parsed,
        "ENGINE": engine,
        "CONN_MAX_AGE": None,
        "DISABLE_SERVER_SIDE_CURSORS": pooled,
        "OPTIONS": options,
    }


def _liveness() -> dict[str, int]:
    """A peer that vanished without a word is noticed: unanswered data after 10 s, an idle connection after 60 s."""
    timeout = environment.integer("DATABASE_TCP_TIMEOUT_MS", 10_000, minimum=0)
    return {**{f"keepalives_{name}": number for name, number in KEEPALIVES.items()}, "tcp_user_timeout": timeout}


def _limits() -> dict[str, int]:
    """How long the server lets a statement run, wait for a lock, and a transaction of ours idle, in milliseconds: a
    worker that hangs must not hang its clients, and one that was killed must not keep its locks. 0 leaves the server's
    own limit.
    """
    limits = {
        "statement_timeout": environment.integer("DATABASE_STATEMENT_TIMEOUT_MS", 10_000, minimum=0),
        "lock_timeout": environment.integer("DATABASE_LOCK_TIMEOUT_MS", 5_000, minimum=0),
        "idle_in_transaction_session_timeout": environment.integer(
            "DATABASE_IDLE_TRANSACTION_TIMEOUT_MS", 10_000, minimum=0
        ),
    }
    return {name: limit for name, limit in limits.items() if limit}


def _server_options() -> list[str]:
    """The limits as start-up options.

    A server in the middle of a request is not idle, and would wait for the rest of it for hours when the network is
    gone, with its locks: with the last of these it looks after its client as we look after it.
    """
    limits = _limits()
    if "idle_in_transaction_session_timeout" in limits:
        limits |= {f"tcp_keepalives_{name}": number for name, number in KEEPALIVES.items()}
    return [f"-c {name}={limit}" for name, limit in limits.items()]


def transaction_settings() -> dict[str, str]:
    """What each transaction has to set for itself, by the server's names; nothing where connections keep it.

    Behind a pooling proxy the server's client is the proxy: keepalives are its own business.
    """
    if not is_pooled():
        return {}
    return {"TimeZone": "UTC", "jit": "off", **{name: str(limit) for name, limit in _limits().items()}}


def url_through_proxy(url: str, proxy: str | None) -> str:
    """`url` by way of RDS Proxy, where RDS_PROXY_URL names one: as `host`, `host:port` or a URL of them."""
    if not proxy or not url:
        return url
    host = urlsplit(proxy if "://" in proxy else f"//{proxy}").netloc.rpartition("@")[2]
    if not host:
        raise ImproperlyConfigured("The setting RDS_PROXY_URL must be a host, a host and port, or a URL of them.")
    parts = urlsplit(url)
    user, at, _ = parts.netloc.rpartition("@")
    port = f":{parts.port}" if parts.port and ":" not in host else ""
    return urlunsplit(parts._replace(netloc=f"{user}{at}{host}{port}"))


def connections(default_url: str) -> dict[str, Any]:
    """The default connection and the read replicas that are configured."""
    default_url = url_through_proxy(default_url, environment.optional_text("RDS_PROXY_URL"))
    found = {"default": connection("DATABASE_URL", default_url)}
    for alias, name in (
        ("read_replica_0", "READ_REPLICA_0_URL"),
        ("read_replica_analytics", "READ_REPLICA_ANALYTICS_URL"),
    ):
        url = environment.optional_text(name)
        if url:
            found[alias] = connection(name, url)
    return found
