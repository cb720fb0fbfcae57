"""Middleware of Django and others that answers of the API do not need, as far as they do not need it.

Sessions, messages and the like are for pages that people look at: together they cost a request as much as reading one
row. The classes keep their parents' names, because the admin site asks for those in the settings.
"""

from typing import TYPE_CHECKING, cast

from corsheaders import middleware as corsheaders
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponseBase
from django.middleware import csrf
from django.utils.deprecation import MiddlewareMixin

from scorer_v2 import turns

if TYPE_CHECKING:
    _Middleware = MiddlewareMixin
else:
    _Middleware = object

PAGES = "/admin/"


class _OnPages(_Middleware):
    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(PAGES):
            turns.leave()
            return cast(HttpResponseBase, super().__call__(request))
        return cast(HttpResponseBase, self.get_response(request))


class SessionMiddleware(_OnPages, sessions.SessionMiddleware):
    pass


class CsrfViewMiddleware(_OnPages, csrf.CsrfViewMiddleware):
    pass


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
        vary = response.headers.get("Vary")
        response.headers["Vary"] = f"{vary}, origin" if vary else "origin"
        return response
