"""Prove access tokens: RS256 tokens of the login service, and HS256 tokens (behaviour 2.3)."""

import math
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jwt
from ninja_jwt.exceptions import TokenError
from ninja_jwt.settings import api_settings
from ninja_jwt.tokens import AccessToken

from scorer_v2.conf import settings
from scorer_v2.primitives.addresses import address_of_did
from scorer_v2.primitives.errors import Unauthorized
from scorer_v2.primitives.rsa_keys import read_public_key

# Access tokens that a process remembers: less than a kilobyte each.
KNOWN_TOKENS = 1_000
ISSUER = "passport-scorer"
# Another host issues RS256 tokens, and its clock may be ahead of ours.
ISSUED_AT_LEEWAY_SECONDS = 30


class InvalidAccessToken(Unauthorized):
    """An access token that is not valid, in the form that clients know (D6)."""

    def __init__(self, message: str) -> None:
        super().__init__("Given token not valid for any token type")
        self.message = message or "Token is invalid or expired"
        self.reason = self.message

    def body(self) -> dict[str, Any]:
        fault = {"token_class": "AccessToken", "token_type": "access", "message": self.message}
        return {"detail": self.detail, "code": "token_not_valid", "messages": [fault]}


@dataclass(frozen=True, slots=True)
class ProvenToken:
    """The claims of a token whose signature is right. `expires_at` is in seconds since the epoch, infinite for none."""

    address: str
    expires_at: float


def address_of_token(token: str) -> str:
    """Return the address part of the token's `did`, or the `did` itself. Raises InvalidAccessToken."""
    # The keys are part of what is remembered: a token proven by one key says nothing about another key.
    keys = str(api_settings.SIGNING_KEY), settings.SIWE_JWT_PUBLIC_KEY
    proven = _remembered(token, keys)
    if proven.expires_at <= time.time():
        return prove_token(token).address  # raises with the reason
    return proven.address


@lru_cache(maxsize=KNOWN_TOKENS)
def _remembered(token: str, keys: tuple[str, str]) -> ProvenToken:  # noqa: ARG001 - part of the memory's key
    return prove_token(token)


def prove_token(token: str) -> ProvenToken:
    """Check the token with the key of the algorithm that its header names.

    Raises InvalidAccessToken, also for any algorithm but RS256 and HS256.
    """
    try:
        algorithm = jwt.get_unverified_header(token).get("alg")
        claims = _verifiers[algorithm](token) if algorithm in _ALGORITHMS else None
        if claims is None:
            raise InvalidAccessToken("Token is invalid or expired")
        expires_at = math.inf if claims.get("exp") is None else int(claims["exp"])
    except TokenError as error:
        raise InvalidAccessToken(str(error)) from None
    except jwt.PyJWTError:
        raise InvalidAccessToken("Token is invalid or expired") from None
    except (OverflowError, TypeError, ValueError, OSError, RecursionError):
        raise InvalidAccessToken("Token has a claim that cannot be read") from None
    did = claims.get("did")
    if not isinstance(did, str) or not did:
        raise InvalidAccessToken("Token has no did")
    # Ninja would take the empty text after a last colon for a refusal.
    return ProvenToken(address_of_did(did) or did, expires_at)


def _rs256_claims(token: str) -> dict[str, Any] | None:
    """Return the claims of an RS256 token, None where no public key is set. `jti` and `token_type` do not matter."""
    if not settings.SIWE_JWT_PUBLIC_KEY:
        return None
    claims: dict[str, Any] = jwt.decode(
        token,
        read_public_key(settings.SIWE_JWT_PUBLIC_KEY),
        algorithms=["RS256"],
        issuer=ISSUER,
        options={"require": ["iss"], "verify_iat": False, "verify_sub": False, "verify_jti": False},
    )
    if "iat" in claims and int(claims["iat"]) > time.time() + ISSUED_AT_LEEWAY_SECONDS:
        raise InvalidAccessToken("The token is not yet valid (iat)")
    return claims


def _hs256_claims(token: str) -> dict[str, Any]:
    return dict(AccessToken(token).payload)


_verifiers = {"RS256": _rs256_claims, "HS256": _hs256_claims}
_ALGORITHMS = tuple(_verifiers)
