"""The doors: partner API keys, the internal token, access tokens (contract, section 2)."""

import hmac
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import APIKeyHeader, HttpBearer

from apps.account.access_tokens import address_of_token
from apps.account.analytics import partner_request
from apps.account.keys import PresentedKey, present_key
from apps.account.services import prove_key
from scorer_v2.conf import settings
from scorer_v2.http.deferred_authentication import defer_authentication
from scorer_v2.observability.measurements import current
from scorer_v2.primitives.errors import Unauthorized


class PartnerHttpRequest(HttpRequest):
    """A request through the partner door (for the type checker)."""

    auth: PresentedKey


class UserHttpRequest(HttpRequest):
    """A request through the user door: `auth` is the token's address (for the type checker)."""

    auth: str


class PartnerKey(APIKeyHeader):
    """An API key in `X-API-Key`, or as the second word of `Authorization`. Only its form is looked at here; the
    service proves it, in the same round trip as its other reading. `request.auth` is the presented key."""

    param_name = "X-API-Key"
    openapi_name = "PartnerKey"

    def __init__(self, *, aliases_in_authorization: bool, to_read_scores: bool) -> None:
        super().__init__()
        self.aliases_in_authorization = aliases_in_authorization
        self.to_read_scores = to_read_scores

    def __call__(self, request: HttpRequest) -> PresentedKey:
        key = present_key(
            x_api_key=request.META.get("HTTP_X_API_KEY", ""),
            authorization=request.META.get("HTTP_AUTHORIZATION", ""),
            aliases_in_authorization=self.aliases_in_authorization,
        )
        current().key_prefix = key.shown_prefix
        defer_authentication(request, lambda: self._prove(request, key))
        return key

    def _prove(self, request: HttpRequest, key: PresentedKey) -> None:
        prove_key(key=key, request=partner_request(request), now=timezone.now(), to_read_scores=self.to_read_scores)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any | None:
        raise NotImplementedError("the presented key is proven by the service")


class UserToken(HttpBearer):
    """`Authorization: Bearer <JWT>`, RS256 or HS256. `request.auth` is the address part of its `did`."""

    openapi_bearerFormat = "JWT"  # noqa: N815 - Ninja turns it into the OpenAPI field of this name

    def __call__(self, request: HttpRequest) -> str:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized(reason="the access token is missing")
        return self.authenticate(request, token)

    def authenticate(self, request: HttpRequest, token: str) -> str:  # noqa: ARG002 - Ninja's signature
        return address_of_token(token)


class InternalToken(APIKeyHeader):
    """`Authorization` equals the internal token, without a scheme."""

    param_name = "Authorization"
    openapi_name = "InternalToken"

    def __call__(self, request: HttpRequest) -> bool:
        if settings.INTERNAL_API_TRUSTS_NETWORK:
            return True
        given = request.META.get("HTTP_AUTHORIZATION", "").encode(errors="surrogateescape")
        if not given or not hmac.compare_digest(given, settings.CGRANTS_API_TOKEN.encode()):
            raise Unauthorized(reason=f"the internal token is {'wrong' if given else 'missing'}")
        return True

    def authenticate(self, request: HttpRequest, key: str | None) -> Any | None:
        raise NotImplementedError("__call__ compares the whole header")
