"""All paths. None has a trailing slash, except the admin site's."""

from django.contrib import admin
from django.urls import path

from scorer_v2.api import api
from scorer_v2.health import health, ready

urlpatterns = [
    path("health", health),
    path("health/", health),
    path("ready", ready),
    path("admin/", admin.site.urls),
    path("", api.urls),
]

handler400 = "scorer_v2.error_bodies.bad_request"
handler404 = "scorer_v2.error_bodies.not_found"
handler500 = "scorer_v2.error_bodies.server_error"
