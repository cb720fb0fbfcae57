"""A project as the existing one is: apps of the labels that ours have, settings of the names that ours have, and
nothing of ours but an app and a middleware."""

import json
import os

import dj_database_url

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.mounted.host.urls"
USE_TZ = True
APPEND_SLASH = True

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "tests.mounted.host.account",
    "tests.mounted.host.registry",
    "tests.mounted.host.ceramic_cache",
    "scorer_v2",
]

MIDDLEWARE = [
    "scorer_v2.rollout.middleware.RolloutMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tests.mounted.host.middleware.SignedByHost",
]

TIME_ZONE = "UTC"
DATABASES = {"default": {**dj_database_url.parse(os.environ["DATABASE_URL"]), "ATOMIC_REQUESTS": True}}

# What the existing project has of ours; numbers as the environment has them.
CERAMIC_CACHE_SCORER_ID = os.environ["CERAMIC_CACHE_SCORER_ID"]
CGRANTS_API_TOKEN = os.environ["CGRANTS_API_TOKEN"]
TRUSTED_IAM_ISSUERS = json.loads(os.environ["TRUSTED_IAM_ISSUERS"])
DEMO_API_KEY = os.environ["DEMO_API_KEY"]
DEMO_API_KEY_ALIASES = json.loads(os.environ["DEMO_API_KEY_ALIASES"])
DEMO_API_SCORER_ID = os.environ["DEMO_API_SCORER_ID"]
FF_MULTI_NULLIFIER = os.environ["FF_MULTI_NULLIFIER"]
FF_API_ANALYTICS = os.environ["FF_API_ANALYTICS"]
HUMAN_POINTS_ENABLED = HUMAN_POINTS_WRITE_ENABLED = HUMAN_POINTS_MTA_ENABLED = True
ROLLOUT_MODE = os.environ.get("ROLLOUT_MODE", "all")
