"""The WSGI application. Defaults to the production settings, which refuse to start half-configured."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from scorer_v2.chunked_bodies import ChunkedBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.production")

application = ChunkedBodies(
    get_wsgi_application(), largest_body_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 5_000_000
)
