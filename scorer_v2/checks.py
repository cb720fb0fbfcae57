"""`manage.py check`: wrong settings found before a request finds them. Every check has an id and a test."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Warning, register

from apps.account.rate_limits import parse_limit
from scorer_v2.conf import settings
from scorer_v2.rollout.state import configured

DEFAULT_INTERNAL_TOKEN = "abc"  # noqa: S105 - the built-in value that deployments must replace
MIN_SECRET_LENGTH = 16


@register
def internal_token_is_set(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    if settings.DEVELOPMENT or settings.CGRANTS_API_TOKEN not in ("", DEFAULT_INTERNAL_TOKEN):
        return []
    return [
        Error(
            "The setting CGRANTS_API_TOKEN has its built-in value: anybody could call the internal endpoints.",
            hint="Set the environment variable CGRANTS_API_TOKEN to a secret of your own.",
            id="scorer_v2.E001",
        )
    ]


@register
def issuers_are_trusted(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    if settings.TRUSTED_IAM_ISSUERS:
        return []
    return [
        Warning(
            "The setting TRUSTED_IAM_ISSUERS is empty: no stamp will count and every score is 0.",
            hint='Set it to a JSON list of the issuers\' DIDs, such as ["did:ethr:0x..."].',
            id="scorer_v2.W001",
        )
    ]


@register
def rollout_is_possible(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    try:
        configured()
    except ValueError as fault:
        return [Error(str(fault), hint="Correct ROLLOUT_MODE or ROLLOUT_PERCENT.", id="scorer_v2.E002")]
    return []


@register
def times_are_utc(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    """A host project decides about the database connection's time zone, in which stored times are answered."""
    if django_settings.USE_TZ and django_settings.TIME_ZONE == "UTC":
        return []
    return [
        Error(
            "The settings USE_TZ and TIME_ZONE are not on and UTC: times in scores would be wrong.",
            hint='Set USE_TZ = True and TIME_ZONE = "UTC".',
            id="scorer_v2.E003",
        )
    ]


@register
def tracing_is_installed(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    if not settings.OTEL_ENABLED or _is_installed("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http"):
        return []
    return [
        Error(
            "The setting OTEL_ENABLED is on, but OpenTelemetry is not installed.",
            hint="Install the extra: passport-scorer-v2[otel], or requirements-otel.txt.",
            id="scorer_v2.E004",
        )
    ]


@register
def logins_are_limited(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    limit = settings.ADMIN_LOGIN_RATE_LIMIT
    if not limit or parse_limit(limit) is not None:
        return []
    return [
        Error(
            f"The setting ADMIN_LOGIN_RATE_LIMIT is {limit!r}, which is no limit: logins would not be limited.",
            hint="Write it as 10/15m: a number of attempts, and a time in s, m, h or d.",
            id="scorer_v2.E005",
        )
    ]


@register
def secrets_are_long(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    if settings.DEVELOPMENT:
        return []
    secrets = {
        "SECRET_KEY": django_settings.SECRET_KEY,
        "CGRANTS_API_TOKEN": settings.CGRANTS_API_TOKEN,
        "METRICS_TOKEN": settings.METRICS_TOKEN,
    }
    return [
        Warning(
            f"The setting {name} has fewer than {MIN_SECRET_LENGTH} characters: it can be guessed.",
            hint="Use 32 random characters or more.",
            id="scorer_v2.W002",
        )
        for name, secret in secrets.items()
        if 0 < len(secret) < MIN_SECRET_LENGTH
    ]


@register
def issuers_are_dids(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    return [
        Warning(
            f"The setting TRUSTED_IAM_ISSUERS names {issuer!r}, which is not a DID: no stamp has that issuer.",
            hint="A DID begins with did:ethr: or did:key:.",
            id="scorer_v2.W003",
        )
        for issuer in settings.TRUSTED_IAM_ISSUERS
        if not issuer.startswith(("did:ethr:0x", "did:key:z"))
    ]


@register
def names_are_spelt_right(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    return [
        Warning(
            f"The environment variable {given} is no setting of this service, and has no effect.",
            hint=f"Did you mean {known}?",
            id="scorer_v2.W004",
        )
        for given, known in getattr(django_settings, "MISSPELT_NAMES", {}).items()
    ]


@register
def a_thread_is_left_for_health(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    """A host project knows its own threads; a process with one thread has none to leave."""
    threads = settings.GUNICORN_THREADS
    if threads <= 1 or 0 < settings.DATABASE_CONCURRENCY < threads:
        return []
    return [
        Warning(
            f"DATABASE_CONCURRENCY is {settings.DATABASE_CONCURRENCY} and GUNICORN_THREADS {threads}: "
            "a slow database can take all threads, and /health would not be answered.",
            hint="Set DATABASE_CONCURRENCY below GUNICORN_THREADS, or leave it out.",
            id="scorer_v2.W005",
        )
    ]


def _is_installed(*modules: str) -> bool:
    try:
        return all(find_spec(module) for module in modules)
    except ModuleNotFoundError:
        return False
