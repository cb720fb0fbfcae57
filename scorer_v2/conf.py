"""The settings that the request path reads, with a default for each: a host project need not define any of ours.

    from scorer_v2.conf import settings

Values are Django's own at the moment of reading, so that a test may override them there.
"""

from collections.abc import Collection, Mapping
from typing import Any, Generic, TypeVar, cast

from django.conf import settings as django_settings

T = TypeVar("T")


class Setting(Generic[T]):
    """A setting of the project, or its default."""

    def __init__(self, default: T) -> None:
        self.default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type) -> T:
        return cast(T, getattr(django_settings, self.name, self.default))


class NumberSetting(Setting[T]):
    """A whole number. A host project may hold it as text, and a blank one for none."""

    def __get__(self, instance: object, owner: type) -> T:
        value: Any = getattr(django_settings, self.name, self.default)
        if type(value) is int:
            return cast(T, value)
        return cast(T, int(value)) if value not in (None, "") else self.default


class Settings:
    """What there is. It cannot be assigned to: override Django's."""

    __slots__ = ()

    ADMIN_LOGIN_RATE_LIMIT = Setting("10/15m")
    ADMIN_UPLOAD_BYTES = NumberSetting(50_000_000)
    CERAMIC_CACHE_SCORER_ID = NumberSetting[int | None](None)
    CGRANTS_API_TOKEN = Setting("")
    DATABASE_ANSWER_TIMEOUT_MS = NumberSetting(15_000)
    DATABASE_CONCURRENCY = NumberSetting(0)
    DATABASE_TRANSACTION_SETTINGS = Setting[Mapping[str, str]]({})
    DEMO_API_KEY = Setting[str | None](None)
    DEMO_API_KEY_ALIASES = Setting[Collection[str]](())
    DEMO_API_SCORER_ID = NumberSetting[int | None](None)
    DEVELOPMENT = Setting(default=False)
    FORWARDED_ALLOW_IPS = Setting("127.0.0.1,::1")
    FF_API_ANALYTICS = Setting("Off")
    FF_MULTI_NULLIFIER = Setting("off")
    GUNICORN_THREADS = NumberSetting(0)
    HUMAN_POINTS_ENABLED = Setting(default=False)
    HUMAN_POINTS_MTA_ENABLED = Setting(default=False)
    HUMAN_POINTS_START_TIMESTAMP = NumberSetting(0)
    HUMAN_POINTS_WRITE_ENABLED = Setting(default=False)
    INTERNAL_API_TRUSTS_NETWORK = Setting(default=False)
    MAX_LIST_LENGTH = NumberSetting(1_000)
    MAX_STAMPS_PER_ADDRESS = NumberSetting(500)
    MAX_STAMP_BYTES = NumberSetting(16_384)
    MAX_STAMP_BYTES_PER_ADDRESS = NumberSetting(2_000_000)
    METRICS_TOKEN = Setting("")
    OTEL_ENABLED = Setting(default=False)
    OTEL_SERVICE_NAME = Setting("passport-scorer-v2")
    OTEL_TRACE_SAMPLING_RATE = Setting(0.01)
    PASSPORT_CONCURRENCY = NumberSetting(2)
    PBKDF2_CONCURRENCY = NumberSetting(1)
    RATELIMIT_ENABLE = Setting(default=False)
    REGISTRY_API_READ_DB = Setting("default")
    REQUEST_DEADLINE_MS = NumberSetting(15_000)
    RESCORE_QUEUE_URL = Setting("")
    ROLLOUT_HEADER = Setting("X-Use-Rust-Scorer")
    ROLLOUT_MODE = Setting("all")
    ROLLOUT_PERCENT = NumberSetting(0)
    ROLLOUT_REFRESH_SECONDS = NumberSetting(5)
    SCORING_ATTEMPTS = NumberSetting(5)
    STATISTICS_CHECK_SECONDS = NumberSetting(1)
    SIWE_JWT_PUBLIC_KEY = Setting("")
    TRUSTED_IAM_ISSUERS = Setting[Collection[str]](())
    VERDICT_CACHE_SIZE = NumberSetting(50_000)


settings = Settings()
