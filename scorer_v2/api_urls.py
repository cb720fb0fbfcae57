"""The API's paths: all of them where it runs alone, and the only ones that are taken in a host project."""

from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any

from django.db import connections
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, ResolverMatch, URLPattern, URLResolver, resolve
from django.urls.resolvers import RoutePattern

from scorer_v2.api import ROUTERS, api

View = Callable[..., HttpResponseBase]


def in_no_transaction(view: View) -> View:
    """A host project's ATOMIC_REQUESTS must not wrap the view: the request path opens its own transactions."""

    @wraps(view)
    def own(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    own._non_atomic_requests = frozenset(connections)  # type: ignore[attr-defined]  # where Django looks for it
    return own


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


class ApiPaths(URLResolver):
    """As Django's own, which tries one pattern after the other, among those that begin as the path does. What it
    finds is the pattern's own match: the resolver that asks for it makes another one of it anyway."""

    def resolve(self, path: str) -> ResolverMatch:
        tried = self._beginning.get(beginning_of(path), [])
        for pattern in tried:
            match = pattern.resolve(path)
            if match:
                match.app_names, match.namespaces = [str(self.app_name)], [str(self.namespace)]
                return match
        raise Resolver404({"tried": [[pattern] for pattern in tried], "path": path})

    @cached_property
    def _beginning(self) -> dict[str, list[URLPattern | URLResolver]]:
        patterns: dict[str, list[URLPattern | URLResolver]] = {}
        for each in self.url_patterns:
            patterns.setdefault(beginning_of(str(each.pattern)), []).append(each)
        return patterns


def beginning_of(path: str) -> str:
    """The first two segments, which are fixed in each of our routes."""
    return "/".join(path.split("/", 2)[:2])


_patterns = [
    URLPattern(each.pattern, in_no_transaction(each.callback), each.default_args, each.name)
    for each in api.urls[0]
    if isinstance(each, URLPattern)
]
urlpatterns = [ApiPaths(RoutePattern(""), _patterns, app_name="ninja", namespace="scorer_v2")]

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
