"""The WSGI application. Defaults to the production settings, which refuse to start half-configured."""

import os

from django.conf import settings
from django.core.cache import close_caches
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries

from scorer_v2.chunked_bodies import ChunkedBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.production")

application = ChunkedBodies(
    get_wsgi_application(), largest_body_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 5_000_000
)

if not settings.DEBUG:
    # What Django does around each request and is of no use here: the list of queries is for debugging, our caches keep
    # their connections, and one to the database that broke was closed by who saw it (round_trips), or after the
    # page that broke it (scorer_v2.page_middleware). None ends by its age.
    request_started.disconnect(reset_queries)
    request_finished.disconnect(close_caches)
    if all(entry.get("CONN_MAX_AGE", 0) is None for entry in settings.DATABASES.values()):
        request_started.disconnect(close_old_connections)
        request_finished.disconnect(close_old_connections)
        from scorer_v2.page_middleware import PagesBegin  # not before it is known what settings to use

        PagesBegin.after_page = (close_old_connections,)
