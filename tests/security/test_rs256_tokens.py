"""RS256 access tokens of the login service (behaviour 2.3)."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.exceptions import ImproperlyConfigured

from settings import environment
from tests.endpoints.scoring_world import ALICE, access_token
from tests.security.test_tokens import PASSED, PUBLIC_PEM, RSA_KEY, ask, by_hand, endpoints_with, pem
from tests.server.test_routes_table import USER

FOREIGN_KEY = rsa.generate_private_key(65_537, 2_048)
FOREIGN_PEM = FOREIGN_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
METHOD, PATH = endpoints_with(USER)[0]
NOW = int(time.time())


@pytest.fixture(autouse=True)
def _public_key(settings: Any) -> None:
    settings.SIWE_JWT_PUBLIC_KEY = PUBLIC_PEM


def token(*, key: Any = RSA_KEY, algorithm: str = "RS256", **claims: Any) -> str:
    """A token as the login service issues it; a claim that is `...` is left out."""
    given = {
        "did": f"did:pkh:eip155:1:{ALICE}",
        "iat": NOW,
        "exp": NOW + 7 * 86_400,
        "jti": "an id",
        "iss": "passport-scorer",
        "token_type": "access",
        **claims,
    }
    # PyJWT refuses to make some of the tokens that a forger makes.
    kept = {name: value for name, value in given.items() if value is not ...}
    return jwt.PyJWS().encode(json.dumps(kept).encode(), pem(key), algorithm, headers={"typ": "JWT"})


def status(text: str) -> int:
    return ask(METHOD, PATH, f"Bearer {text}")


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"exp": ...},
        {"exp": str(NOW + 900)},
        {"exp": NOW + 900.5},
        {"iat": ...},
        {"iat": NOW + 25},
        {"nbf": 1_000_000_000},
        {"jti": ...},
        {"token_type": ...},
        {"token_type": "refresh"},
        {"sub": 5, "more": "x"},
    ],
    ids=repr,
)
@pytest.mark.parametrize(("method", "path"), endpoints_with(USER))
def test_a_valid_rs256_token_passes(method: str, path: str, claims: dict[str, Any]) -> None:
    assert ask(method, path, f"Bearer {token(**claims)}") in PASSED


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": ...},
        {"iss": "another"},
        {"iss": ["passport-scorer"]},
        {"exp": 1_000_000_000},
        {"exp": NOW - 1},
        {"exp": "tomorrow"},
        {"exp": float("inf")},
        {"iat": NOW + 900},
        {"iat": "now"},
        {"iat": None},
        {"nbf": NOW + 900},
        {"aud": "someone"},
        {"did": ...},
        {"did": None},
        {"did": 5},
        {"key": FOREIGN_KEY},
        {"algorithm": "RS512"},
        {"algorithm": "PS256"},
    ],
    ids=lambda claims: " ".join(claims) + f" {len(str(claims))}",
)
def test_a_wrong_rs256_token_is_401(claims: dict[str, Any]) -> None:
    assert status(token(**claims)) == 401


def test_the_public_key_proves_no_hs256_token() -> None:
    claims = jwt.decode(access_token(), options={"verify_signature": False})
    encoded = base64.b64encode(PUBLIC_PEM.encode()).decode()
    assert [status(by_hand({"alg": "HS256"}, claims, key=key)) for key in (PUBLIC_PEM, encoded, "")] == [401] * 3


def test_hs256_tokens_are_valid_beside_it() -> None:
    assert status(access_token()) in PASSED


def test_the_public_key_may_be_base64_of_its_pem(settings: Any) -> None:
    settings.SIWE_JWT_PUBLIC_KEY = base64.b64encode(PUBLIC_PEM.encode()).decode()
    assert status(token()) in PASSED


@pytest.mark.parametrize("other", ["", FOREIGN_PEM], ids=["none", "foreign"])
def test_a_token_that_one_key_proved_is_not_valid_for_another(settings: Any, other: str) -> None:
    proven = token()
    assert status(proven) in PASSED
    settings.SIWE_JWT_PUBLIC_KEY = other
    assert status(proven) == 401


@pytest.mark.parametrize("value", ["no key", "bm8ga2V5", "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----"])
def test_a_key_that_cannot_be_read_is_told_at_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SIWE_JWT_PUBLIC_KEY", value)
    with pytest.raises(ImproperlyConfigured, match=r"^The setting SIWE_JWT_PUBLIC_KEY cannot be used: "):
        environment.public_key("SIWE_JWT_PUBLIC_KEY")
