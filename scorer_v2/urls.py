"""All paths. None has a trailing slash, except the admin site's."""

from django.contrib import admin
from django.urls import path

from scorer_v2 import api_urls
from scorer_v2.http.health import health, ready
from scorer_v2.observability.metrics import metrics

urlpatterns = [
    *api_urls.urlpatterns,  # first and without a level of their own: they are asked for most
    path("health", health),
    path("health/", health),
    path("ready", ready),
    path("metrics", metrics),
    path("admin/", admin.site.urls),
]

handler400 = "scorer_v2.http.error_bodies.bad_request"
handler404 = "scorer_v2.http.error_bodies.not_found"
handler500 = "scorer_v2.http.error_bodies.server_error"
