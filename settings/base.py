"""Settings of every deployment. Names are those that the existing deployments use (contract, section 1.7)."""

import warnings
from datetime import timedelta
from pathlib import Path

from settings import databases, environment

environment.collect()

BASE_DIR = Path(__file__).resolve().parent.parent

# Web ------------------------------------------------------------------------------------------------------------------
DEBUG = environment.flag("DEBUG", default=False)
ALLOWED_HOSTS = environment.text_list("ALLOWED_HOSTS", [])
ROOT_URLCONF = "scorer_v2.urls"
WSGI_APPLICATION = "scorer_v2.wsgi.application"
APPEND_SLASH = False
CORS_ALLOW_ALL_ORIGINS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = environment.integer("MAX_BODY_BYTES", 5_000_000, minimum=1)
MAX_LIST_LENGTH = environment.integer("MAX_LIST_LENGTH", 1_000, minimum=100)
REQUEST_DEADLINE_MS = environment.integer("REQUEST_DEADLINE_MS", 15_000, minimum=1_000, maximum=60_000)

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # before the admin site, whose templates it replaces
    "scorer_v2.admin_site.apps.AdminSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "ninja",
    "scorer_v2",
    "apps.account",
    "apps.scorer_weighted",
    "apps.registry",
    "apps.ceramic_cache",
    "apps.stake",
    "apps.cgrants",
]

MIDDLEWARE = [
    "scorer_v2.http.request_ids.RequestIdMiddleware",
    "scorer_v2.observability.request_log.RequestLogMiddleware",
    "scorer_v2.http.error_bodies.JsonErrorMiddleware",
    "scorer_v2.http.deadlines.RequestDeadlineMiddleware",
    "scorer_v2.rollout.middleware.RolloutMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# The files of the admin site and of the API's docs come from where they were collected, as in the image; where nobody
# collected them, from the packages that bring them. A missing folder is no reason for a warning then.
WHITENOISE_USE_FINDERS = not STATIC_ROOT.is_dir()
if WHITENOISE_USE_FINDERS:
    warnings.filterwarnings("ignore", message="No directory at", category=UserWarning)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Admin site -----------------------------------------------------------------------------------------------------------
ADMIN_LOGIN_RATE_LIMIT = environment.text("ADMIN_LOGIN_RATE_LIMIT", "10/15m")
FORWARDED_ALLOW_IPS = environment.text("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
ADMIN_UPLOAD_BYTES = environment.integer("ADMIN_UPLOAD_BYTES", 50_000_000, minimum=1)
CSRF_TRUSTED_ORIGINS = environment.text_list("CSRF_TRUSTED_ORIGINS", [])
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = environment.flag("SECURE_COOKIES", default=False)
SESSION_COOKIE_AGE = 12 * 3600
LOGIN_REDIRECT_URL = "admin:index"
FILE_UPLOAD_HANDLERS = [
    "scorer_v2.admin_site.uploads.StaffUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
UNFOLD = {
    "SITE_TITLE": "Passport Scorer",
    "SITE_HEADER": "Passport Scorer",
    "SITE_SYMBOL": "fingerprint",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "scorer_v2.admin_site.navigation.icon_url"}],
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"show_search": True, "navigation": "scorer_v2.admin_site.navigation.sidebar"},
}

# Database -------------------------------------------------------------------------------------------------------------
STATISTICS_CHECK_SECONDS = environment.integer("STATISTICS_CHECK_SECONDS", 1, minimum=0)
DATABASE_TRANSACTION_SETTINGS = databases.transaction_settings()
DATABASE_ANSWER_TIMEOUT_MS = environment.integer("DATABASE_ANSWER_TIMEOUT_MS", 15_000, minimum=0)
# Of the threads of a process (deploy/gunicorn.conf.py) one is left for what needs no database.
GUNICORN_THREADS = environment.integer("GUNICORN_THREADS", 4, minimum=1)
DATABASE_CONCURRENCY = environment.integer("DATABASE_CONCURRENCY", max(GUNICORN_THREADS - 1, 1), minimum=1)
PASSPORT_CONCURRENCY = environment.integer("PASSPORT_CONCURRENCY", 2, minimum=1)

# Cache ----------------------------------------------------------------------------------------------------------------
REDIS_SCHEMES = ("redis", "rediss", "unix")
REDIS_URL = environment.optional_url("REDIS_URL", *REDIS_SCHEMES) or environment.optional_url(
    "CELERY_BROKER_URL", *REDIS_SCHEMES
)
REDIS_TIMEOUT_SECONDS = environment.integer("REDIS_TIMEOUT_MS", 250, minimum=1) / 1000

if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {
                # Not pickles, which are programs: who can write to Redis must not be able to run code here.
                "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
                "SOCKET_CONNECT_TIMEOUT": REDIS_TIMEOUT_SECONDS,
                "SOCKET_TIMEOUT": REDIS_TIMEOUT_SECONDS,
            },
        },
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Scoring --------------------------------------------------------------------------------------------------------------
CERAMIC_CACHE_SCORER_ID = environment.optional_integer("CERAMIC_CACHE_SCORER_ID")
CGRANTS_API_TOKEN = environment.text("CGRANTS_API_TOKEN", "abc")
INTERNAL_API_TRUSTS_NETWORK = environment.flag("INTERNAL_API_TRUSTS_NETWORK", default=False)
TRUSTED_IAM_ISSUERS = environment.text_list("TRUSTED_IAM_ISSUERS", [])
DEMO_API_KEY = environment.optional_text("DEMO_API_KEY")
DEMO_API_KEY_ALIASES = environment.text_list("DEMO_API_KEY_ALIASES", [])
DEMO_API_SCORER_ID = environment.optional_integer("DEMO_API_SCORER_ID")
FF_MULTI_NULLIFIER = "on" if environment.flag("FF_MULTI_NULLIFIER", default=False) else "off"
FF_API_ANALYTICS = "on" if environment.flag("FF_API_ANALYTICS", default=False) else "off"
HUMAN_POINTS_ENABLED = environment.flag("HUMAN_POINTS_ENABLED", default=False)
HUMAN_POINTS_WRITE_ENABLED = environment.flag("HUMAN_POINTS_WRITE_ENABLED", default=False)
HUMAN_POINTS_START_TIMESTAMP = environment.integer("HUMAN_POINTS_START_TIMESTAMP", 0)
HUMAN_POINTS_MTA_ENABLED = environment.flag("HUMAN_POINTS_MTA_ENABLED", default=False)
RATELIMIT_ENABLE = environment.flag("RATELIMIT_ENABLE", default=False)
REGISTRY_API_READ_DB = environment.text("REGISTRY_API_READ_DB", "default")
RESCORE_QUEUE_URL = environment.text("RESCORE_QUEUE_URL", "")
SCORING_ATTEMPTS = environment.integer("SCORING_ATTEMPTS", 5, minimum=1)
PBKDF2_CONCURRENCY = environment.integer("PBKDF2_CONCURRENCY", 1, minimum=1)
MAX_STAMPS_PER_ADDRESS = environment.integer("MAX_STAMPS_PER_ADDRESS", 500, minimum=100)
MAX_STAMP_BYTES = environment.integer("MAX_STAMP_BYTES", 16_384, minimum=4_096, maximum=65_536)
MAX_STAMP_BYTES_PER_ADDRESS = environment.integer("MAX_STAMP_BYTES_PER_ADDRESS", 2_000_000, minimum=400_000)
VERDICT_CACHE_SIZE = environment.integer("VERDICT_CACHE_SIZE", 50_000, minimum=0)

# Rollout --------------------------------------------------------------------------------------------------------------
ROLLOUT_MODE = environment.choice("ROLLOUT_MODE", ("all", "header", "percent"), "all")
ROLLOUT_PERCENT = environment.integer("ROLLOUT_PERCENT", 0, minimum=0, maximum=100)
ROLLOUT_HEADER = environment.text("ROLLOUT_HEADER", "X-Use-Rust-Scorer")
ROLLOUT_REFRESH_SECONDS = environment.integer("ROLLOUT_REFRESH_SECONDS", 5, minimum=0)

# Access tokens --------------------------------------------------------------------------------------------------------
SECRET_KEY = environment.text("SECRET_KEY")
if not SECRET_KEY and environment.is_given("SECRET_KEY"):
    environment.fault("The setting SECRET_KEY is empty.")
SIWE_JWT_PUBLIC_KEY = environment.public_key("SIWE_JWT_PUBLIC_KEY")
NINJA_JWT = {
    "ALGORITHM": "HS256",
    # As the services beside this one take them: JWT_SECRET where it is set, with or without quotes around it.
    "SIGNING_KEY": environment.text("JWT_SECRET", "").strip('"') or SECRET_KEY,
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=environment.integer("SCORER_UI_ACCESS_TOKEN_LIFETIME", 1440, minimum=1)),
}

# Metrics and traces ---------------------------------------------------------------------------------------------------
METRICS_TOKEN = environment.text("METRICS_TOKEN", "")
OTEL_ENABLED = environment.flag("OTEL_ENABLED", default=False)
OTEL_SERVICE_NAME = environment.text("OTEL_SERVICE_NAME", "passport-scorer-v2")
OTEL_TRACE_SAMPLING_RATE = environment.fraction("OTEL_TRACE_SAMPLING_RATE", 0.01)

# Logs -----------------------------------------------------------------------------------------------------------------
LOG_LEVELS = ("debug", "info", "warning", "error", "critical")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "scorer_v2.observability.logs.JsonFormatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
        "stdout": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"},
    },
    "root": {"handlers": ["stderr"], "level": environment.choice("LOG_LEVEL", LOG_LEVELS, "INFO").upper() or "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "scorer_v2.requests": {"handlers": ["stdout"], "level": "INFO", "propagate": False},
    },
}
