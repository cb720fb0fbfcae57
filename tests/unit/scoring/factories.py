"""Records of the scoring core for tests: valid by default, with one thing changed at a time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from apps.registry.scoring.records import (
    HashLink,
    Outcome,
    PointsState,
    ScoringRules,
    Snapshot,
    StoredStamp,
    ValidStamp,
)
from apps.registry.scoring.scoring import compute

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
PAST = datetime(2020, 1, 1, tzinfo=UTC)
FUTURE = datetime(2031, 1, 1, tzinfo=UTC)
EXPIRY_TEXT = "2099-01-01T00:00:00Z"
EXPIRY = datetime(2099, 1, 1, tzinfo=UTC)
ALICE, BOB, CAROL = (f"0x{digit * 40}" for digit in "abc")
COMMUNITY = 7
ISSUER = "did:ethr:0x36015a5c7629832f2beb05d2d3079b1ea545a3ac"
RULES = ScoringRules(trusted_issuers=frozenset({ISSUER}), multi_nullifier=True)
POINTS_RULES = replace(RULES, points_enabled=True, points_write_enabled=True, metamask_award_enabled=True)


def make_credential(
    address: str = ALICE, provider: str = "Google", nullifiers: Any = ("v0:a",), **changes: Any
) -> dict[str, Any]:
    """A credential as issued. `changes` replace its members; `subject=` replaces the whole subject."""
    subject = {"id": f"did:pkh:eip155:1:{address}", "provider": provider, "nullifiers": nullifiers}
    if isinstance(nullifiers, tuple):
        subject["nullifiers"] = list(nullifiers)
    subject = changes.pop("subject", subject)
    return {"issuer": ISSUER, "expirationDate": EXPIRY_TEXT, "credentialSubject": subject, **changes}


def make_subject(**changes: Any) -> dict[str, Any]:
    """A credential's subject; a change to None stays in as null, one to `...` takes the member out."""
    subject = {**make_credential()["credentialSubject"], **changes}
    return {name: value for name, value in subject.items() if value is not ...}


def make_stored(
    credential: Any = None, *, number: int = 1, provider: str | None = None, updated_at: datetime = PAST
) -> StoredStamp:
    credential = make_credential() if credential is None else credential
    if provider is None:
        provider = credential["credentialSubject"]["provider"]
    return StoredStamp(number, 1, provider, updated_at, json.dumps(credential))


def make_valid(
    *nullifiers: str, number: int = 1, provider: str = "Google", credential_provider: str | None = None, **changes: Any
) -> ValidStamp:
    stamp = ValidStamp(
        stamp_id=number,
        provider=provider,
        credential_provider=provider if credential_provider is None else credential_provider,
        expires_at=EXPIRY,
        expiration_text=EXPIRY_TEXT,
        nullifiers=nullifiers,
    )
    return stamp._replace(**changes)


def make_links(**owners: tuple[str, datetime]) -> dict[str, HashLink]:
    return {nullifier: HashLink(nullifier, *owner) for nullifier, owner in owners.items()}


def make_snapshot(
    *credentials: Mapping[str, Any] | StoredStamp, weights: Mapping[str, Any] | None = None, **changes: Any
) -> Snapshot:
    stamps = [
        item if isinstance(item, StoredStamp) else make_stored(item, number=number)
        for number, item in enumerate(credentials, 1)
    ]
    snapshot = Snapshot(
        address=ALICE,
        community_id=COMMUNITY,
        rule="LIFO",
        weights={"Google": "1.25", "Github": 2} if weights is None else weights,
        threshold=Decimal("20.00000"),
        stamps=stamps,
    )
    return replace(snapshot, **changes)


def make_state(*, held: Sequence[Any] = (), **changes: Any) -> PointsState:
    state = PointsState(held=frozenset(held), config={"HKY": 100, "PMT": 300, "HIM": 1000, "HGO": 1000, "SCB": 500})
    return replace(state, **changes)


def score(snapshot: Snapshot, rules: ScoringRules = RULES, now: datetime = NOW) -> Outcome:
    """The outcome of a snapshot whose proofs are all sound."""
    return compute(snapshot, rules=rules, now=now, proof_fault=lambda *_: None)
