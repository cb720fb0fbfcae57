"""The settings of the service that is measured."""

import json

from tools.bench.identities import INTERNAL_TOKEN, ISSUER, USER_COMMUNITY

METRICS_TOKEN = "metrics-token-of-the-bench"
SECRET_KEY = "secret-key-of-the-bench-32-bytes-or-more"


def service_environment(database_url: str) -> dict[str, str]:
    """Production settings, with everything on that costs something in production."""
    return {
        "DJANGO_SETTINGS_MODULE": "settings.production",
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET_KEY,
        "CGRANTS_API_TOKEN": INTERNAL_TOKEN,
        "METRICS_TOKEN": METRICS_TOKEN,
        "CERAMIC_CACHE_SCORER_ID": str(USER_COMMUNITY),
        "TRUSTED_IAM_ISSUERS": json.dumps([ISSUER.did]),
        "ALLOWED_HOSTS": '["*"]',
        "FF_API_ANALYTICS": "on",
        "FF_MULTI_NULLIFIER": "on",
        "HUMAN_POINTS_ENABLED": "on",
        "HUMAN_POINTS_WRITE_ENABLED": "on",
        # A process that ends takes its CPU time with it.
        "GUNICORN_MAX_REQUESTS": "0",
    }
