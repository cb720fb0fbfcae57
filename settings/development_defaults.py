"""What development and tests use where the environment says nothing. Import it before `settings.base`."""

import os

DEFAULTS = {
    "SECRET_KEY": "development-only-secret-key-of-fifty-characters-or-more",
    "CGRANTS_API_TOKEN": "development-internal-token",
    "CERAMIC_CACHE_SCORER_ID": "1",
    "ALLOWED_HOSTS": '["*"]',
}

for name, value in DEFAULTS.items():
    os.environ.setdefault(name, value)
