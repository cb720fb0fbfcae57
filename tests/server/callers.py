"""Who calls the service, with what they present, and rows that they can ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from tests.factories.account import ApiKeyFactory, CommunityFactory
from tests.factories.addresses import address as address_number
from tests.factories.ceramic_cache import StoredStampFactory
from tests.server.calls import Answer
from tests.server.servers import Service
from tools.issuing import IssuerKey, issue_eip712, new_nullifier

ISSUED_AT = datetime(2025, 1, 1, tzinfo=UTC)
EXPIRES_AT = datetime(2099, 1, 1, tzinfo=UTC)
USER_COMMUNITY = 1  # the profiles' CERAMIC_CACHE_SCORER_ID
PROVIDERS = [f"Provider{number}" for number in range(100)]

# Everything that a request could write.
TRACKED = (
    "registry_passport",
    "registry_stamp",
    "registry_score",
    "registry_event",
    "registry_hashscorerlink",
    "registry_humanpoints",
    "registry_humanpointscommunityqualifiedusers",
    "ceramic_cache_ceramiccache",
    "account_accountapikeyanalytics",
    "account_accountapikey",
)


@dataclass(frozen=True)
class Partner:
    """A caller with an API key, and its community."""

    service: Service
    key: Any
    community: Any

    @property
    def headers(self) -> dict[str, str]:
        return {"X-API-Key": self.key.secret}

    def score(self, address: str, query: str = "") -> Answer:
        path = f"/v2/stamps/{self.community.pk}/score/{address}{query}"
        return self.service.call("GET", path, headers=self.headers)


def partner(service: Service, *, key: dict[str, Any] | None = None, **community: Any) -> Partner:
    """`key` and `community` are what their factories take; every provider weighs 1, the threshold is 1."""
    made = ApiKeyFactory(**(key or {}))
    defaults = {"weights": dict.fromkeys(PROVIDERS, "1"), "threshold": "1"}
    return Partner(service, made, CommunityFactory(account=made.account, **(defaults | community)))


def user_headers(service: Service, address: str, *, ends_in: timedelta = timedelta(hours=1)) -> dict[str, str]:
    """What the UI presents for the address."""
    claims = {
        "token_type": "access",
        "exp": datetime.now(UTC) + ends_in,
        "jti": "a-token-of-a-test",
        "did": f"did:pkh:eip155:1:{address}",
    }
    return {"Authorization": f"Bearer {jwt.encode(claims, service.settings['SECRET_KEY'], 'HS256')}"}


def internal_headers(service: Service) -> dict[str, str]:
    return {"Authorization": service.settings["CGRANTS_API_TOKEN"]}


def user_community(**community: Any) -> Any:
    """The community of the UI."""
    defaults = {"weights": dict.fromkeys(PROVIDERS, "1"), "threshold": "1"}
    return CommunityFactory(id=USER_COMMUNITY, **(defaults | community))


def credential(
    issuer: IssuerKey, address: str, provider: str = PROVIDERS[0], *, nullifiers: Sequence[str] | None = None
) -> dict[str, Any]:
    """A signed credential; with a nullifier of its own unless some are given."""
    return issue_eip712(
        key=issuer,
        address=address,
        provider=provider,
        issued_at=ISSUED_AT,
        expires_at=EXPIRES_AT,
        nullifiers=list(nullifiers) if nullifiers is not None else [new_nullifier()],
    )


def credentials(issuer: IssuerKey, address: str, number: int) -> list[dict[str, Any]]:
    """One of each of the first `number` providers."""
    return [credential(issuer, address, provider) for provider in PROVIDERS[:number]]


def store_stamps(address: str, given: Sequence[dict[str, Any]]) -> None:
    for each in given:
        StoredStampFactory(credential=each, address=address)


def bulk_items(given: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The body of a bulk request."""
    return [{"provider": each["credentialSubject"]["provider"], "stamp": each} for each in given]


ADDRESS = address_number(0xABC)
OTHER_ADDRESS = address_number(0xDEF)
