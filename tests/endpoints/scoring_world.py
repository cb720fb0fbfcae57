"""Who asks for scores, and the stamps that are scored.

    hold("Google", "v0:a")                        # ALICE has a stamp that counts
    partner = Partner(weights={"Google": "1.25"})  # a key, and a community of its account
    answer = partner.score()                       # GET /v2/stamps/.../score/0xaaa...

The fixture `scoring_world` trusts the issuer, and turns on all that a setting can turn on but rate limits.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from django.conf import settings
from django.test import Client

from apps.ceramic_cache.models import CeramicCache
from apps.registry.models import HumanPointsConfig
from apps.registry.scoring.ethereum_signatures import sign_digest, signing_digest
from apps.registry.scoring.signed_credentials import read_credential
from tests.factories.account import ApiKeyFactory, CommunityFactory
from tests.factories.ceramic_cache import StoredStampFactory
from tests.factories.registry import HumanPointsConfigFactory
from tools.issuing import IssuerKey, issue_ed25519, issue_eip712

ISSUER = IssuerKey(b"\x07" * 32)
STRANGER = IssuerKey(b"\x08" * 32)
ALICE, BOB, CAROL = (f"0x{digit * 40}" for digit in "abc")
ISSUED = datetime(2025, 1, 1, tzinfo=UTC)
EXPIRY = datetime(2099, 1, 1, tzinfo=UTC)
EXPIRY_TEXT = "2099-01-01T00:00:00Z"
PAST = datetime(2020, 1, 1, tzinfo=UTC)
FUTURE = datetime(2031, 1, 1, tzinfo=UTC)

INVALID_ADDRESS = {"detail": "Invalid address."}
INVALID_KEY = {"detail": "Invalid API Key."}
NO_SCORER = {"detail": "No scorer matches the given criteria."}


def issue(
    provider: str = "Google",
    /,
    *nullifiers: str,
    to: str = ALICE,
    expires_at: datetime = EXPIRY,
    key: IssuerKey = ISSUER,
    ed25519: bool = False,
    hash: str | None = None,
) -> dict[str, Any]:
    """A credential with a sound proof; without `nullifiers` or `hash` it has a nullifier of its own."""
    listed = None if hash else nullifiers or (f"v0:{provider} of {to}",)
    sign = issue_ed25519 if ed25519 else issue_eip712
    return sign(
        key=key, address=to, provider=provider, issued_at=ISSUED, expires_at=expires_at, nullifiers=listed, hash=hash
    )


def hold(
    provider: str = "Google",
    /,
    *nullifiers: str,
    to: str = ALICE,
    expires_at: datetime = EXPIRY,
    credential: Mapping[str, Any] | None = None,
    **row: Any,
) -> CeramicCache:
    """A stored stamp that counts. `row` are columns, of which `provider` may differ from the credential's."""
    issued = credential or issue(provider, *nullifiers, to=to, expires_at=expires_at)
    stamp: CeramicCache = StoredStampFactory(credential=issued, **row)
    return stamp


def resigned(credential: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """The EIP-712 credential with other members, signed again by the issuer."""
    changed = {**credential, **changes}
    proof = {**credential["proof"], "proofValue": ""}
    digest = signing_digest(read_credential({**changed, "proof": proof}))
    return {**changed, "proof": {**proof, "proofValue": sign_digest(ISSUER.secret, digest)}}


def unsigned(provider: str = "Google", **changes: Any) -> dict[str, Any]:
    """A credential that can be stored and does not count. A change to `...` takes the member out."""
    credential = {
        "issuer": "did:ethr:nobody",
        "expirationDate": EXPIRY_TEXT,
        "credentialSubject": {"provider": provider},
        "proof": {"proofValue": f"0x{provider}"},
        **changes,
    }
    return {name: value for name, value in credential.items() if value is not ...}


class Partner:
    """A key and a community of its account; `community` are the community's columns, weights and threshold."""

    def __init__(self, *, key: Mapping[str, Any] | None = None, **community: Any) -> None:
        self.key: Any = ApiKeyFactory(**(key or {}))
        self.community = CommunityFactory(account=self.key.account, **community)

    def score(self, address: str = ALICE, *, scorer_id: object = None, query: str = "", **headers: str) -> Any:
        """The answer; `headers` take the place of the key's own."""
        return score_v2(
            self.community.pk if scorer_id is None else scorer_id,
            address,
            query=query,
            headers=headers or {"X-API-Key": self.key.secret},
        )


def score_v2(scorer_id: object, address: str = ALICE, *, query: str = "", headers: Mapping[str, str]) -> Any:
    return client().get(f"/v2/stamps/{scorer_id}/score/{address}{query}", headers=headers)


def score_embed(scorer_id: object, address: str = ALICE, **headers: str) -> Any:
    return client().get(f"/internal/embed/score/{scorer_id}/{address}", headers=headers)


def score_internal(scorer_id: object, address: str = ALICE, *, token: str | None = None) -> Any:
    return client().get(f"/internal/score/v2/{scorer_id}/{address}", headers=internal(token))


def score_user(address: str = ALICE, *, authorization: str | None = None, query: str = "") -> Any:
    return client().get(f"/ceramic-cache/score/{address}{query}", headers=user(authorization))


def store_embed(body: Any, address: str = ALICE, *, token: str | None = None) -> Any:
    """`body` is an object, or the text to send."""
    return _post(f"/internal/embed/stamps/{address}", body, internal(token))


def store_bulk(body: Any, *, authorization: str | None = None) -> Any:
    """`body` is an object, or the text to send."""
    return _post("/ceramic-cache/stamps/bulk", body, user(authorization))


def items(*credentials: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The credentials as the UI sends them, each under its own provider."""
    return [{"provider": stamp["credentialSubject"]["provider"], "stamp": stamp} for stamp in credentials]


def access_token(address: str = ALICE, *, secret: str | None = None, algorithm: str = "HS256", **claims: Any) -> str:
    """A valid token; a claim that is `...` is left out."""
    given = {
        "token_type": "access",
        "exp": datetime.now(UTC) + timedelta(minutes=5),
        "jti": "an id",
        "did": f"did:pkh:eip155:1:{address}",
        **claims,
    }
    kept = {name: value for name, value in given.items() if value is not ...}
    return jwt.encode(kept, settings.SECRET_KEY if secret is None else secret, algorithm)


def user(authorization: str | None = None) -> dict[str, str]:
    """Headers of ALICE, or with another `Authorization`; `""` is none."""
    text = f"Bearer {access_token()}" if authorization is None else authorization
    return {"Authorization": text} if text else {}


def internal(token: str | None = None) -> dict[str, str]:
    """Headers with the internal token, or with another one; `""` is none."""
    text = settings.CGRANTS_API_TOKEN if token is None else token
    return {"Authorization": text} if text else {}


def client() -> Client:
    return Client(raise_request_exception=False)


def answered(answer: Any) -> tuple[int, Any]:
    """Status and JSON of an answer, which is JSON whatever it says."""
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    return answer.status_code, answer.json()


def _post(path: str, body: Any, headers: Mapping[str, str]) -> Any:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client().post(path, text, content_type="application/json", headers=dict(headers))


def configure_points(**points: int) -> None:
    """Active actions and what they are worth; there are no others."""
    HumanPointsConfig.objects.all().delete()
    for action, worth in points.items():
        HumanPointsConfigFactory(action=action, points=worth)
