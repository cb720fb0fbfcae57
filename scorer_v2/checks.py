"""`manage.py check`: wrong settings found before a request finds them. Every check has an id and a test."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

DEFAULT_INTERNAL_TOKEN = "abc"  # noqa: S105 - the built-in value that deployments must replace


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
