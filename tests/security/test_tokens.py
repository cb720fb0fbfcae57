"""API2: access tokens and internal tokens of every wrong kind, at every endpoint that asks for one."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings
from django.test import Client

from tests.endpoints.scoring_world import ALICE, access_token, client
from tests.server.test_routes_table import INTERNAL, TABLE, USER

# A request that is authenticated would ask the database, which these tests do not have.
PASSED = (400, 422, 503)
VALUES = {"scorer_id": 1, "address": "0x1", "round_id": 1, "list_name": "a", "provider_id": "a"}
RSA_KEY = rsa.generate_private_key(65_537, 2_048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC_PEM = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def endpoints_with(kind: str) -> list[tuple[str, str]]:
    return [(method, path.format(**VALUES)) for method, path, authentication, _ in TABLE if authentication == kind]


def ask(method: str, path: str, authorization: str) -> int:
    status: int = client().generic(method, path, headers={"Authorization": authorization}).status_code
    return status


def claims(**changes: Any) -> dict[str, Any]:
    return {**jwt.decode(access_token(), options={"verify_signature": False}), **changes}


def segment(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def by_hand(header: Any, payload: Any, *, key: str | None = None) -> str:
    """A token of parts that no library would put together; without `key` its signature is empty."""
    signed = f"{segment(header)}.{segment(payload)}"
    mac = hmac.digest(key.encode(), signed.encode(), hashlib.sha256) if key is not None else b""
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def timestamp(**offset: float) -> datetime:
    return datetime.now(UTC) + timedelta(**offset)


def pem(key: Any) -> str:
    text: str = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return text


def cut(number: int) -> str:
    """A valid token less its last part or parts."""
    return ".".join(access_token().split(".")[:number])


WRONG: dict[str, Callable[[], str]] = {
    "none": lambda: jwt.encode(claims(), None, "none"),
    "None": lambda: by_hand({"alg": "None", "typ": "JWT"}, claims()),
    "NONE": lambda: by_hand({"alg": "NONE", "typ": "JWT"}, claims()),
    "none, with a signature": lambda: by_hand({"alg": "none", "typ": "JWT"}, claims(), key=settings.SECRET_KEY),
    "no algorithm": lambda: by_hand({"typ": "JWT"}, claims(), key=settings.SECRET_KEY),
    "algorithm null": lambda: by_hand({"alg": None, "typ": "JWT"}, claims(), key=settings.SECRET_KEY),
    "algorithm a list": lambda: by_hand({"alg": ["HS256"], "typ": "JWT"}, claims(), key=settings.SECRET_KEY),
    "hs256 in small letters": lambda: by_hand({"alg": "hs256", "typ": "JWT"}, claims(), key=settings.SECRET_KEY),
    "RS256 with the HMAC key": lambda: by_hand({"alg": "RS256", "typ": "JWT"}, claims(), key=settings.SECRET_KEY),
    "RS256 of a foreign key pair": lambda: jwt.encode(claims(), pem(RSA_KEY), "RS256"),
    "PS256 of a key pair": lambda: jwt.encode(claims(), pem(RSA_KEY), "PS256"),
    "ES256 of a key pair": lambda: jwt.encode(claims(), pem(EC_KEY), "ES256"),
    "HS256 with a public key": lambda: by_hand({"alg": "HS256", "typ": "JWT"}, claims(), key=PUBLIC_PEM),
    "HS512": lambda: access_token(algorithm="HS512", secret="x" * 64),
    "HS256 with an empty key": lambda: by_hand({"alg": "HS256", "typ": "JWT"}, claims(), key=""),
    "HS256 with the internal token": lambda: by_hand({"alg": "HS256"}, claims(), key=settings.CGRANTS_API_TOKEN),
    "a key of its own": lambda: by_hand(
        {"alg": "HS256", "jwk": {"kty": "oct", "k": "c2VjcmV0"}, "kid": "../../dev/null"}, claims(), key="secret"
    ),
    "a key from elsewhere": lambda: by_hand({"alg": "HS256", "jku": "http://127.0.0.1/k"}, claims(), key=""),
    "signature taken off": lambda: cut(2) + ".",
    "two parts": lambda: cut(2),
    "one part": lambda: cut(1),
    "four parts": lambda: access_token() + ".x",
    "five parts": lambda: access_token() + ".x.y",
    "signed twice": lambda: by_hand({"alg": "HS256", "cty": "JWT"}, access_token(), key=settings.SECRET_KEY),
    "changed after signing": lambda: access_token()[::-1],
    "another payload": lambda: ".".join(
        [access_token().split(".")[0], segment(claims(did="did:x:0x" + "b" * 40)), access_token().split(".")[2]]
    ),
    "expired by a second": lambda: access_token(exp=timestamp(seconds=-1)),
    "expires now": lambda: access_token(exp=timestamp()),
    "not yet valid": lambda: access_token(nbf=timestamp(hours=1)),
    "issued in the future": lambda: access_token(iat=timestamp(hours=1)),
    "a refresh token": lambda: access_token(token_type="refresh"),
    "a sliding token": lambda: access_token(token_type="sliding"),
    "a list of types": lambda: access_token(token_type=["access"]),
    "no type": lambda: access_token(token_type=...),
    "no expiry": lambda: access_token(exp=...),
    "no id": lambda: access_token(jti=...),
    "expiry a text": lambda: access_token(exp="tomorrow"),
    "expiry infinite": lambda: by_hand({"alg": "HS256"}, claims(exp=float("inf")), key=settings.SECRET_KEY),
    "no did": lambda: access_token(did=...),
    "did an object": lambda: access_token(did={"a": ALICE}),
    "huge": lambda: access_token(more="x" * 200_000, secret="x" * 50),
    "deep": lambda: by_hand({"alg": "HS256"}, json.loads("[" * 500 + "]" * 500), key=settings.SECRET_KEY),
    "empty": lambda: "",
    "not ASCII": lambda: "\u00e9.\u00e9.\u00e9",
    "the internal token": lambda: settings.CGRANTS_API_TOKEN,
    "the secret itself": lambda: settings.SECRET_KEY,
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize(("method", "path"), endpoints_with(USER))
def test_a_wrong_access_token_is_401(method: str, path: str, kind: str) -> None:
    assert ask(method, path, f"Bearer {WRONG[kind]()}") == 401


@pytest.mark.parametrize(("method", "path"), endpoints_with(USER))
def test_the_right_access_token_passes(method: str, path: str) -> None:
    """Also with a header that names a key: which one counts is not the token's to say."""
    assert ask(method, path, f"Bearer {access_token()}") in PASSED
    named = by_hand({"alg": "HS256", "kid": "x", "jku": "http://127.0.0.1/"}, claims(), key=settings.SECRET_KEY)
    assert ask(method, path, f"Bearer {named}") in PASSED


WRONG_INTERNAL: dict[str, Callable[[str], str]] = {
    "none": lambda _: "",
    "its beginning": lambda token: token[:-1],
    "more": lambda token: token + "x",
    "in capital letters": lambda token: token.upper(),
    "as a bearer token": lambda token: f"Bearer {token}",
    "twice": lambda token: f"{token}, {token}",
    "with a NUL": lambda token: f"{token}\0",
    "in full width": lambda token: "".join(chr(ord(letter) + 0xFEE0) for letter in token),
    "the built-in one": lambda _: "abc",
    "an access token": lambda _: f"Bearer {access_token()}",
    "signed": lambda token: f"Bearer {access_token(secret=token.ljust(50, 'x'))}",
    "huge": lambda token: token * 1_000,
}


@pytest.mark.parametrize("kind", WRONG_INTERNAL)
@pytest.mark.parametrize(("method", "path"), endpoints_with(INTERNAL))
def test_a_wrong_internal_token_is_401(method: str, path: str, kind: str) -> None:
    assert ask(method, path, WRONG_INTERNAL[kind](settings.CGRANTS_API_TOKEN)) == 401


@pytest.mark.parametrize("header", ["X-API-Key", "Cookie", "X-Authorization", "Proxy-Authorization"])
@pytest.mark.parametrize(("method", "path"), endpoints_with(INTERNAL))
def test_the_internal_token_counts_in_its_own_header_only(method: str, path: str, header: str) -> None:
    assert Client().generic(method, path, headers={header: settings.CGRANTS_API_TOKEN}).status_code == 401
    query = f"{path}?token={settings.CGRANTS_API_TOKEN}&Authorization={settings.CGRANTS_API_TOKEN}"
    assert Client().generic(method, query).status_code == 401
