"""What is asked: every endpoint, for the addresses of the data."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote

import jwt
from django.conf import settings

from tools.bench.filler import filler_address
from tools.bench.holders import Group
from tools.bench.identities import API_KEY, INTERNAL_TOKEN, LIST_NAME, PARTNER_COMMUNITY, RULESET

PARTNER = {"X-API-Key": API_KEY}
INTERNAL = {"Authorization": INTERNAL_TOKEN}


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def raw(self) -> bytes:
        """As it is sent."""
        headers = {"Host": "127.0.0.1", "Accept": "application/json", "User-Agent": "bench", **self.headers}
        if self.body:
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(self.body))}
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def user(address: str) -> dict[str, str]:
    """What the UI presents for the address."""
    claims = {
        "token_type": "access",
        "exp": datetime.now(UTC) + timedelta(hours=12),
        "jti": "a-token-of-the-bench",
        "did": f"did:pkh:eip155:1:{address}",
    }
    return {"Authorization": f"Bearer {jwt.encode(claims, settings.SECRET_KEY, 'HS256')}"}


def scores(group: Group) -> list[Request]:
    """Endpoint 1, for each address of the group."""
    return [Request("GET", f"/v2/stamps/{PARTNER_COMMUNITY}/score/{address}", PARTNER) for address in group.addresses]


def embed_scores(group: Group) -> list[Request]:
    return [Request("GET", f"/internal/embed/score/{PARTNER_COMMUNITY}/{address}") for address in group.addresses]


def internal_scores(group: Group) -> list[Request]:
    return [
        Request("GET", f"/internal/score/v2/{PARTNER_COMMUNITY}/{address}", INTERNAL) for address in group.addresses
    ]


def stored_scores(group: Group) -> list[Request]:
    return [Request("GET", f"/ceramic-cache/score/{address}", user(address)) for address in group.addresses]


@cache
def _credentials(group: Group, address: str) -> Sequence[dict[str, Any]]:
    return group.credentials(address)


def embed_stamps(group: Group) -> list[Request]:
    return [
        Request(
            "POST",
            f"/internal/embed/stamps/{address}",
            INTERNAL,
            _json({"scorer_id": PARTNER_COMMUNITY, "stamps": _credentials(group, address)}),
        )
        for address in group.addresses
    ]


def bulk_stamps(group: Group) -> list[Request]:
    return [
        Request("POST", "/ceramic-cache/stamps/bulk", user(address), _json(_bulk_items(_credentials(group, address))))
        for address in group.addresses
    ]


def _bulk_items(credentials: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"provider": each["credentialSubject"]["provider"], "stamp": each} for each in credentials]


def reading(group: Group) -> dict[str, list[Request]]:
    """The endpoints that only read, by name: for stamps of the group, or for addresses that have what is asked for."""
    addresses = group.addresses

    def of_each(path: str) -> list[Request]:
        return [Request("GET", path.format(filler_address(number)), INTERNAL) for number in range(1, 65)]

    return {
        "validate-api-key": [Request("GET", "/internal/embed/validate-api-key", PARTNER)],
        "weights": [Request("GET", f"/internal/embed/weights?community_id={PARTNER_COMMUNITY}")],
        "check-bans": [Request("POST", "/internal/check-bans", INTERNAL, _bans(group, each)) for each in addresses],
        "check-revocations": [
            Request("POST", "/internal/check-revocations", INTERNAL, _proof_values(group, each)) for each in addresses
        ],
        "allow-list": of_each(f"/internal/allow-list/{LIST_NAME}/{{}}"),
        "credential": [Request("GET", f"/internal/customization/credential/{quote(RULESET)}", INTERNAL)],
        "gtc-stake": of_each("/internal/stake/gtc/{}"),
        "legacy-gtc-stake": of_each("/internal/stake/legacy-gtc/{}/1"),
        "contributions": of_each("/internal/cgrants/contributor_statistics?address={}"),
    }


def _bans(group: Group, address: str) -> bytes:
    subjects = (each["credentialSubject"] for each in _credentials(group, address))
    return _json(
        [
            {"credentialSubject": {"id": each["id"], "provider": each["provider"], "hash": each["nullifiers"][0]}}
            for each in subjects
        ]
    )


def _proof_values(group: Group, address: str) -> bytes:
    return _json({"proof_values": [each["proof"]["proofValue"] for each in _credentials(group, address)]})


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
