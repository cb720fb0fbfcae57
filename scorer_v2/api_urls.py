"""The API's paths: all of them where it runs alone, and the only ones that are taken in a host project."""

from collections.abc import Callable

from django.db import connections
from django.db.transaction import non_atomic_requests
from django.http import HttpResponseBase
from django.urls import Resolver404, URLPattern, include, path, resolve
from django.views.decorators.csrf import csrf_exempt

from scorer_v2.api import ROUTERS, api

View = Callable[..., HttpResponseBase]


def in_no_transaction(view: View) -> View:
    """A host project's ATOMIC_REQUESTS must not wrap the view: the request path opens its own transactions."""
    for alias in connections:
        view = non_atomic_requests(using=alias)(view)
    return view


def route_of_template(template: str) -> str:
    """Django's spelling of `/v2/stamps/{scorer_id}`: `v2/stamps/<scorer_id>`."""
    return template.lstrip("/").replace("{", "<").replace("}", ">")


def template_of_route(route: str) -> str:
    """The inverse, without converters."""
    return "/" + route.replace("<int:", "{").replace("<", "{").replace(">", "}")


# The methods of each endpoint, by Django's route.
METHODS: dict[str, frozenset[str]] = {
    route_of_template(template): frozenset(method for operation in view.operations for method in operation.methods)
    for router in ROUTERS
    for template, view in router.path_operations.items()
}


# No endpoint has a session that a form could use: a wrong method is a 405 and not a 403.
_endpoints = [
    path(str(each.pattern), in_no_transaction(csrf_exempt(each.callback)), name=each.name)
    for each in api.urls[0]
    if isinstance(each, URLPattern)
]
urlpatterns = [path("", include((_endpoints, "ninja"), namespace="scorer_v2"))]

handler400 = "scorer_v2.http.error_bodies.bad_request"
handler404 = "scorer_v2.http.error_bodies.not_found"
handler500 = "scorer_v2.http.error_bodies.server_error"


def route_at(path_info: str) -> str | None:
    """The route of the endpoint that has the path; None where there is none."""
    try:
        route = resolve(path_info, urlconf=__name__).route
    except Resolver404:
        return None
    return route if route in METHODS else None
