"""Access tokens (contract, section 2.3, D5, D6), seen through GET /ceramic-cache/score/{address}."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from ninja_jwt.tokens import AccessToken, RefreshToken
from pytest_django import Settings

from apps.account import access_tokens
from tests.endpoints.scoring_world import ALICE, access_token, answered, score_user

# An authenticated request is refused for its address, so that no database is needed.
PASSED = (400, {"detail": "Invalid address."})
UNAUTHORIZED = (401, {"detail": "Unauthorized"})


def ask(authorization: str) -> tuple[int, Any]:
    return answered(score_user("0x1", authorization=authorization))


def refused(message: str) -> tuple[int, Any]:
    fault = {"token_class": "AccessToken", "token_type": "access", "message": message}
    detail = "Given token not valid for any token type"
    return 401, {"detail": detail, "code": "token_not_valid", "messages": [fault]}


INVALID = refused("Token is invalid or expired")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_valid_token_passes_whatever_the_case_of_its_scheme(scheme: str) -> None:
    assert ask(f"{scheme} {access_token()}") == PASSED


def test_a_token_of_the_library_that_issues_them_passes() -> None:
    token = AccessToken()
    token["did"] = f"did:pkh:eip155:1:{ALICE}"
    assert ask(f"Bearer {token}") == PASSED


@pytest.mark.parametrize("did", ["x", "did:", "did:pkh:eip155:1:", ":"])
def test_any_did_passes_the_door(did: str) -> None:
    assert ask(f"Bearer {access_token(did=did)}") == PASSED


@pytest.mark.parametrize("scheme", ["", "Token ", "Basic ", "Bearer\t", "Bearer"])
def test_another_scheme_or_none_is_unauthorized(scheme: str) -> None:
    assert ask(f"{scheme}{access_token()}") == UNAUTHORIZED


def test_no_header_is_unauthorized() -> None:
    assert ask("") == UNAUTHORIZED


@pytest.mark.parametrize("text", ["", "nonsense", "a.b.c", "a.b", " ", "\u00e9"])
def test_what_is_no_token_is_invalid(text: str) -> None:
    assert ask(f"Bearer {text}") == INVALID


def test_everything_after_the_first_space_is_the_token() -> None:
    assert ask(f"Bearer {access_token()} more") == INVALID
    assert ask(f"Bearer  {access_token()}") == INVALID


def test_a_token_of_another_secret_is_invalid() -> None:
    assert ask(f"Bearer {access_token(secret='another-secret-of-fifty-characters-or-a-little-more')}") == INVALID


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_token_that_was_changed_is_invalid(part: int) -> None:
    parts = access_token().split(".")
    parts[part] = access_token("0x" + "f" * 40, jti="another", algorithm="HS384").split(".")[part]
    assert ask("Bearer " + ".".join(parts)) == INVALID


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_a_token_of_another_algorithm_is_invalid(algorithm: str) -> None:
    assert ask(f"Bearer {access_token(algorithm=algorithm)}") == INVALID


def test_an_unsigned_token_is_invalid() -> None:
    claims = jwt.decode(access_token(), options={"verify_signature": False})
    assert ask(f"Bearer {jwt.encode(claims, None, 'none')}") == INVALID


def test_a_token_is_valid_until_it_expires(settings: Settings) -> None:
    now = datetime.now(UTC)
    assert ask(f"Bearer {access_token(exp=now + timedelta(seconds=30))}") == PASSED
    assert ask(f"Bearer {access_token(exp=now)}") == INVALID
    assert ask(f"Bearer {access_token(exp=now - timedelta(days=1))}") == INVALID


def wait_until(moment: datetime) -> None:
    while datetime.now(UTC) <= moment:
        time.sleep(0.01)


def soon() -> datetime:
    """A whole second, as tokens have them, that is not over yet."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)


def test_a_token_that_is_known_expires_all_the_same() -> None:
    expiry = soon()
    token = access_token(exp=expiry)
    assert ask(f"Bearer {token}") == ask(f"Bearer {token}") == PASSED
    wait_until(expiry)
    assert ask(f"Bearer {token}") == ask(f"Bearer {token}") == INVALID


def test_a_token_that_was_refused_is_looked_at_again() -> None:
    beginning = soon()
    token = access_token(nbf=beginning)
    assert ask(f"Bearer {token}") == INVALID
    wait_until(beginning)
    assert ask(f"Bearer {token}") == PASSED


def test_a_signature_is_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    def check(token: str) -> AccessToken:
        checked.append(token)
        return AccessToken(token)

    monkeypatch.setattr(access_tokens, "AccessToken", check)
    token = access_token(jti="checked once")
    assert [ask(f"Bearer {token}") for _ in range(3)] == [PASSED] * 3
    assert checked == [token]


def test_the_configured_lifetime_decides_nothing() -> None:
    assert ask(f"Bearer {access_token(exp=datetime.now(UTC) + timedelta(days=4000))}") == PASSED


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"exp": ...}, "Token has no 'exp' claim"),
        ({"jti": ...}, "Token has no id"),
        ({"token_type": ...}, "Token has no type"),
        ({"token_type": "refresh"}, "Token has wrong type"),
        ({"token_type": None}, "Token has wrong type"),
        ({"did": ...}, "Token has no did"),
        ({"did": None}, "Token has no did"),
        ({"did": ""}, "Token has no did"),
        ({"did": 5}, "Token has no did"),
        ({"did": ["did:pkh:eip155:1:0x1"]}, "Token has no did"),
    ],
)
def test_a_claim_that_is_missing_or_wrong_is_named(claims: dict[str, Any], message: str) -> None:
    assert ask(f"Bearer {access_token(**claims)}") == refused(message)


@pytest.mark.parametrize(
    "expiry", [None, "soon", "4102444800", [1], {}, 10**20, 10**400, -(10**20), True], ids=lambda e: repr(e)[:9]
)
def test_an_expiry_that_is_no_time_is_invalid(expiry: Any) -> None:
    status, body = ask(f"Bearer {access_token(exp=expiry)}")
    assert (status, body["code"]) == (401, "token_not_valid")
    assert body["messages"][0]["message"]


def test_a_refresh_token_is_no_access_token() -> None:
    assert ask(f"Bearer {RefreshToken()}")[0] == 401


def test_a_payload_that_is_no_object_is_invalid(settings: Settings) -> None:
    token = jwt.api_jws.encode(b"[1]", settings.SECRET_KEY, "HS256")
    assert ask(f"Bearer {token}") == INVALID
