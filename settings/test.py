"""Tests: like development, with cheap password hashing and no analytics unless a test asks for them.

They trust no issuer and award no points unless a test, or the environment, says so: what a developer's demo has made
must not change a test.
"""

from settings import environment, test_defaults  # noqa: F401 - sets defaults before the base reads them
from settings.dev import *  # noqa: F403 - a settings module extends its base

TRUSTED_IAM_ISSUERS = environment.text_list("TRUSTED_IAM_ISSUERS", [])
STATISTICS_CHECK_SECONDS = environment.integer("STATISTICS_CHECK_SECONDS", 0, minimum=0)
HUMAN_POINTS_ENABLED = environment.flag("HUMAN_POINTS_ENABLED", default=False)
HUMAN_POINTS_WRITE_ENABLED = environment.flag("HUMAN_POINTS_WRITE_ENABLED", default=False)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

environment.tell_faults()
