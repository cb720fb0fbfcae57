"""The doors: partner API keys, the internal token, access tokens (contract, section 2)."""

import hmac
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import APIKeyHeader, HttpBearer
from ninja_jwt.exceptions import TokenError
from ninja_jwt.tokens import AccessToken

from apps.account.analytics import partner_request
from apps.account.keys import PresentedKey, present_key
from apps.account.services import prove_key
from scorer_v2.conf import settings
from scorer_v2.http.deferred_authentication import defer_authentication
from scorer_v2.observability.measurements import current
from scorer_v2.primitives.addresses import address_of_did
from scorer_v2.primitives.errors import Unauthorized

# Access tokens that a process remembers: less than a kilobyte each.
KNOWN_TOKENS = 1_000


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


class InvalidAccessToken(Unauthorized):
    """An access token that is not valid, in the form that clients know (D6)."""

    def __init__(self, message: str) -> None:
        super().__init__("Given token not valid for any token type")
        self.message = message or "Token is invalid or expired"
        self.reason = self.message

    def body(self) -> dict[str, Any]:
        fault = {"token_class": "AccessToken", "token_type": "access", "message": self.message}
        return {"detail": self.detail, "code": "token_not_valid", "messages": [fault]}


class UserToken(HttpBearer):
    """`Authorization: Bearer <JWT>`, HS256 with the secret key. `request.auth` is the address part of its `did`."""

    openapi_bearerFormat = "JWT"  # noqa: N815 - Ninja turns it into the OpenAPI field of this name

    def __call__(self, request: HttpRequest) -> str:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized(reason="the access token is missing")
        return self.authenticate(request, token)

    def authenticate(self, request: HttpRequest, token: str) -> str:  # noqa: ARG002 - Ninja's signature
        proven = proven_token(token)
        if proven.expires_at <= time.time():
            return proven_token.__wrapped__(token).address  # or what is wrong with it now
        return proven.address


@dataclass(frozen=True, slots=True)
class ProvenToken:
    """What an access token says whose signature holds; `expires_at` is in seconds of the epoch, rounded down."""

    address: str
    expires_at: int


@lru_cache(maxsize=KNOWN_TOKENS)
def proven_token(token: str) -> ProvenToken:
    """Proves the token, once for all requests that come with it: whoever holds it asks for more than one thing, and
    its signature holds as long as the key. Only its expiry is another at another time.

    Raises InvalidAccessToken, which is not remembered.
    """
    try:
        proven = AccessToken(token)
        did, expires_at = proven.get("did"), int(proven["exp"])
    except TokenError as error:
        raise InvalidAccessToken(str(error)) from None
    except (OverflowError, TypeError, ValueError, OSError):
        raise InvalidAccessToken("Token has an expiry that is no time") from None
    if not isinstance(did, str) or not did:
        raise InvalidAccessToken("Token has no did")
    # Nothing after the last colon is no address, but Ninja would take an empty text for a refusal.
    return ProvenToken(address_of_did(did) or did, expires_at)


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
