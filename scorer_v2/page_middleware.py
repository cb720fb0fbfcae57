"""Middleware of Django and others that answers of the API do not need, as far as they do not need it.

Sessions, messages and the like are for pages that people look at: together they cost a request as much as reading one
row. Requests of the API go from `PagesBegin` to what is behind `PagesEnd`, with the headers that the middleware between
them would give to their answers. The classes keep their parents' names, because the admin site asks for those in the
settings.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, cast

from corsheaders import middleware as corsheaders
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseForbidden
from django.middleware import csrf
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from scorer_v2 import turns
from scorer_v2.http.error_bodies import PAGES

if TYPE_CHECKING:
    _Middleware = MiddlewareMixin
else:
    _Middleware = object

ADMIN_SITE = "/admin/"
VARY = ("origin",)
GetResponse = Callable[[HttpRequest], HttpResponseBase]


class PagesEnd:
    """The last middleware. Django makes it first."""

    view: ClassVar[GetResponse]

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        PagesEnd.view = staticmethod(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)


class PagesBegin:
    """Stands before all middleware that is for pages. `after_page`: what is to be called when one was sent."""

    after_page: ClassVar[tuple[Callable[[], None], ...]] = ()

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.view = PagesEnd.view
        self.headers = {is_secure: headers_between(is_secure=is_secure) for is_secure in (False, True)}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(PAGES):
            turns.leave()  # what pages ask of the database and the cache knows nothing of turns
            response = self.get_response(request)
            response._resource_closers.extend(self.after_page)  # type: ignore[attr-defined]  # what its close() calls
            return response
        headers = self.headers[request.is_secure()]
        if headers is None or "HTTP_ORIGIN" in request.META or request.method == "OPTIONS":
            return self.get_response(request)
        response = self.view(request)
        stored = response.headers._store
        if "vary" in stored:
            patch_vary_headers(response, VARY)
        for name, entry in headers:
            stored.setdefault(name, entry)
        return response


def headers_between(*, is_secure: bool) -> list[tuple[str, tuple[str, str]]] | None:
    """What the middleware of all answers adds to one that says nothing, as Django stores it: setting headers one by
    one takes longer than all else here. None where it gives another answer."""
    request = HttpRequest()
    request.method, request.META = "GET", {"SERVER_NAME": "localhost", "SERVER_PORT": "443" if is_secure else "80"}
    request._get_scheme = lambda: "https" if is_secure else "http"  # type: ignore[attr-defined]  # where a WSGI request says it
    inner = cast(GetResponse, XFrameOptionsMiddleware(lambda _: HttpResponse()))
    response = cast(HttpResponseBase, SecurityMiddleware(CorsMiddleware(inner))(request))
    if response.status_code != HTTPStatus.OK:
        return None
    return [(name, entry) for name, entry in response.headers._store.items() if name != "content-type"]


class _OnPages(_Middleware):
    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(ADMIN_SITE):
            return cast(HttpResponseBase, super().__call__(request))
        return cast(HttpResponseBase, self.get_response(request))


class SessionMiddleware(_OnPages, sessions.SessionMiddleware):
    pass


class CsrfViewMiddleware(_OnPages, csrf.CsrfViewMiddleware):
    """Only pages with a session have forms to forge. Elsewhere a wrong method must be a 405 and not a 403."""

    def process_view(
        self, request: HttpRequest, callback: GetResponse, callback_args: Any, callback_kwargs: Any
    ) -> HttpResponseForbidden | None:
        if not request.path_info.startswith(ADMIN_SITE):
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)


class AuthenticationMiddleware(_OnPages, auth.AuthenticationMiddleware):
    pass


class MessageMiddleware(_OnPages, messages.MessageMiddleware):
    pass


class CorsMiddleware(corsheaders.CorsMiddleware):
    """Most callers are servers and name no origin: their answers only say that those for browsers differ."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "HTTP_ORIGIN" in request.META or request.method == "OPTIONS":
            return cast(HttpResponseBase, super().__call__(request))
        response = cast(HttpResponseBase, self.get_response(request))
        patch_vary_headers(response, VARY)
        return response
