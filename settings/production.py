"""Production, and the default. Everything that must be set is refused by name when it is missing."""

from settings import environment
from settings.base import *  # noqa: F403 - a settings module extends its base
from settings.base import CERAMIC_CACHE_SCORER_ID, REGISTRY_API_READ_DB
from settings.databases import connections

if CERAMIC_CACHE_SCORER_ID is None:
    environment.fault("The setting CERAMIC_CACHE_SCORER_ID is missing: it is the id of the UI's community.")

DATABASES = connections(environment.text("DATABASE_URL"))
if REGISTRY_API_READ_DB not in DATABASES:
    environment.fault(
        f"The setting REGISTRY_API_READ_DB names {REGISTRY_API_READ_DB!r}, but only these connections are "
        f"configured: {', '.join(DATABASES)}."
    )

DEVELOPMENT = False

# TLS ends at the load balancer. Browsers are told to use nothing else, where it says that a request came by TLS.
SECURE_HSTS_SECONDS = environment.integer("SECURE_HSTS_SECONDS", 31_536_000, minimum=0)
if environment.flag("TRUST_X_FORWARDED_PROTO", default=True):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Redirecting to TLS is the load balancer's, whose health checks come without it; other names of the domain, and the
# browsers' own lists, are their owner's decision.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
# A login must not travel in plain text. Off only where the team reaches the site without TLS.
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = environment.flag("SECURE_COOKIES", default=True)

MISSPELT_NAMES = environment.misspelt_names()
environment.tell_faults()
