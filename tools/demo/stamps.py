"""Signed stamps of the demo's people, and what takes some of them out of play: revocations, bans, others' links."""

import base64
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from apps.ceramic_cache.models import Ban, CeramicCache, Revocation
from apps.registry.models import HashScorerLink
from tools.demo.people import (
    ALICE,
    DAVE,
    FRANK,
    PARTNER_COMMUNITY,
    PEOPLE,
    POINTS_COMMUNITY,
    UI_COMMUNITY,
    DemoStamp,
    Person,
    State,
)
from tools.demo.planting import Planting
from tools.issuer_keys import load_or_make_key
from tools.issuing import InvalidKey, IssuerKey, issue_ed25519, issue_eip712

ISSUER_FILE = "issuer.key"
# Uncommon to the second, so that the demo's own stamps are known by them.
ISSUED_AT = datetime(2025, 1, 1, 9, 10, 11, tzinfo=UTC)
EXPIRES_AT = datetime(2099, 1, 1, tzinfo=UTC)
OLD_ISSUED_AT = datetime(2024, 1, 1, 9, 10, 11, tzinfo=UTC)
OLD_EXPIRES_AT = datetime(2024, 4, 1, tzinfo=UTC)
BANNED_UNTIL = datetime(2098, 1, 1, tzinfo=UTC)
BANNED_HASH = "v0.0.0:demo+banned+hash="
# What a forged stamp was signed as.
FORGED_FROM = "Google"

Wanted = tuple[Person, DemoStamp]


def plant_stamps(planting: Planting, folder: Path) -> None:
    """Stored stamps, signed by the issuer's key in `folder`, and revocations of those that are to be revoked.

    Stamps that another key signed, as it happens when the file was lost, make room for new ones. Raises CommandError
    for a file that holds no key.
    """
    key = _issuer_key(folder / ISSUER_FILE)
    _remove_stamps_of_other_issuers(key)
    addresses = [person.address for person in PEOPLE]
    stored = set(CeramicCache.objects.filter(address__in=addresses).values_list("address", "provider"))
    wanted = [(person, stamp) for person in PEOPLE for stamp in person.stamps]
    missing = [pair for pair in wanted if (pair[0].address, pair[1].provider) not in stored]
    CeramicCache.objects.bulk_create(_row(pair, key) for pair in missing)
    planting.count(CeramicCache, added=len(missing), already_there=len(wanted) - len(missing))
    _plant_revocations(planting, wanted)


def _issuer_key(file: Path) -> IssuerKey:
    try:
        return load_or_make_key(file)
    except (InvalidKey, OSError) as fault:
        raise CommandError(
            f"The issuer's key in {file} cannot be used: {fault}. Remove the file for a new one."
        ) from None


def _remove_stamps_of_other_issuers(key: IssuerKey) -> None:
    """Those of the demo only: they are known by the dates that they were issued at."""
    trusting = [
        person.address for person in PEOPLE if all(stamp.state is not State.UNTRUSTED for stamp in person.stamps)
    ]
    seeded = CeramicCache.objects.filter(address__in=trusting, issuance_date__in=[ISSUED_AT, OLD_ISSUED_AT])
    seeded.exclude(stamp__issuer__in=[key.did, key.ed25519_did]).delete()


def _row(wanted: Wanted, key: IssuerKey) -> CeramicCache:
    person, stamp = wanted
    credential = issue(person, stamp, key=IssuerKey.generate() if stamp.state is State.UNTRUSTED else key)
    proof = credential["proof"]
    return CeramicCache(
        address=person.address,
        provider=stamp.provider,
        stamp=credential,
        proof_value=proof.get("proofValue") or proof["jws"],
        issuance_date=datetime.fromisoformat(credential["issuanceDate"]),
        expiration_date=datetime.fromisoformat(credential["expirationDate"]),
        source_app=CeramicCache.SourceApp.PASSPORT,
        source_scorer_id=UI_COMMUNITY,
    )


def issue(person: Person, stamp: DemoStamp, *, key: IssuerKey) -> dict[str, Any]:
    """The person's credential, as the stamp's state wants it."""
    is_old = stamp.state is State.EXPIRED
    name = stamp.shared_with or person.name
    value: dict[str, Any] = (
        {"hash": f"v0.0.0:{_digest(name, stamp.provider)}"}
        if stamp.ed25519
        else {"nullifiers": nullifiers(name, stamp.provider)}
    )
    issue_signed = issue_ed25519 if stamp.ed25519 else issue_eip712
    credential = issue_signed(
        key=key,
        address=person.address,
        provider=FORGED_FROM if stamp.state is State.FORGED else stamp.provider,
        issued_at=OLD_ISSUED_AT if is_old else ISSUED_AT,
        expires_at=OLD_EXPIRES_AT if is_old else EXPIRES_AT,
        **value,
    )
    if stamp.state is State.FORGED:
        credential["credentialSubject"]["provider"] = stamp.provider
    return credential


def nullifiers(name: str, provider: str) -> list[str]:
    """One of each generation, the same on every run."""
    return [f"{generation}:{_digest(generation, name, provider)}" for generation in ("v0", "v1")]


def _digest(*parts: str) -> str:
    return base64.b64encode(hashlib.sha256(" ".join(("demo", *parts)).encode()).digest()).decode()


def _plant_revocations(planting: Planting, wanted: list[Wanted]) -> None:
    revoked = {(person.address, stamp.provider) for person, stamp in wanted if stamp.state is State.REVOKED}
    stored = CeramicCache.objects.filter(address__in={address for address, _ in revoked}, deleted_at=None)
    planting.plant(
        [
            Revocation(ceramic_cache_id=row.pk, proof_value=row.proof_value)
            for row in stored
            if (row.address, row.provider) in revoked
        ],
        known_by=["ceramic_cache_id"],
    )


def plant_bans(planting: Planting) -> None:
    """One of each type. Their stamps are revoked, which is what takes them out of scores."""
    planting.plant(
        [
            Ban(type=Ban.BanType.ACCOUNT, address=FRANK.address, reason="Demo: one of many accounts of one person"),
            Ban(
                type=Ban.BanType.SINGLE_STAMP,
                address=DAVE.address,
                provider="CoinbaseDualVerification",
                reason="Demo: stamp obtained by fraud",
                end_time=BANNED_UNTIL,
            ),
            Ban(type=Ban.BanType.HASH, hash=BANNED_HASH, reason="Demo: hash known from a data leak"),
        ],
        known_by=["type", "address", "provider", "hash"],
    )


def plant_links(planting: Planting) -> None:
    """Alice was first with the nullifiers of all of her stamps, everywhere: who else has one is deduplicated."""
    planting.plant(
        [
            HashScorerLink(hash=nullifier, community_id=community_id, address=ALICE.address, expires_at=EXPIRES_AT)
            for community_id in (UI_COMMUNITY, PARTNER_COMMUNITY, POINTS_COMMUNITY)
            for stamp in ALICE.stamps
            for nullifier in nullifiers(ALICE.name, stamp.provider)
        ],
        known_by=["hash", "community_id"],
    )
