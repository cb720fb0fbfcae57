"""All paths. None has a trailing slash, except the admin site's."""

from django.contrib import admin
from django.urls import include, path

from scorer_v2.health import health, ready
from scorer_v2.metrics import metrics

urlpatterns = [
    path("health", health),
    path("health/", health),
    path("ready", ready),
    path("metrics", metrics),
    path("admin/", admin.site.urls),
    path("", include("scorer_v2.api_urls")),
]

handler400 = "scorer_v2.error_bodies.bad_request"
handler404 = "scorer_v2.error_bodies.not_found"
handler500 = "scorer_v2.error_bodies.server_error"
