"""Whether each stored stamp counts, and why not. Pure; every verdict is the core's."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from apps.registry.explanations.records import (
    CLAIMED,
    COUNTS,
    EXPIRED,
    MALFORMED,
    NO_WEIGHT,
    OTHER_HOLDER,
    OTHER_PROVIDER,
    PROOF,
    REVOKED,
    SUPERSEDED,
    UNTRUSTED_ISSUER,
    Claim,
    RevokedStamp,
    StampExplanation,
)
from apps.registry.scoring import validity
from apps.registry.scoring.deduplication import deduplicate
from apps.registry.scoring.proofs import proof_fault
from apps.registry.scoring.records import Credential, ScoringRules, Snapshot, StoredStamp, ValidStamp
from apps.registry.scoring.selection import select_newest
from apps.registry.scoring.validity import examine
from apps.registry.scoring.weights import as_decimal

_VERDICTS = {
    "The issuer is not trusted.": UNTRUSTED_ISSUER,
    "The credential has expired.": EXPIRED,
    validity.OTHER_HOLDER: OTHER_HOLDER,
    validity.OTHER_PROVIDER: OTHER_PROVIDER,
}


@dataclass(frozen=True, slots=True)
class ExaminedStamps:
    """What is told of every stamp, by ascending id, and the valid ones as a scoring takes them."""

    explanations: tuple[StampExplanation, ...]
    valid: tuple[ValidStamp, ...]


def explain_stamps(
    snapshot: Snapshot, *, revoked: Iterable[RevokedStamp], rules: ScoringRules, now: datetime
) -> ExaminedStamps:
    """Explains the live stamps of a snapshot, and the live ones that are revoked."""
    newest = select_newest(snapshot.stamps)
    examined = {stamp.id: _examine(stamp, snapshot, rules, now) for stamp in newest}
    valid = tuple(stamp for stamp in examined.values() if isinstance(stamp, ValidStamp))
    deduplication = deduplicate(valid, address=snapshot.address, links=snapshot.links, now=now)
    claims = {stamp.stamp_id: _claim(stamp, snapshot, now) for stamp in deduplication.deduplicated}
    told = [_told(stamp, snapshot, examined.get(stamp.id), claims.get(stamp.id)) for stamp in snapshot.stamps]
    told += [_told_revoked(stamp, snapshot) for stamp in revoked]
    return ExaminedStamps(tuple(sorted(told, key=lambda stamp: stamp.id)), valid)


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a stamp is not valid."""

    verdict: str
    sentence: str


def _examine(stamp: StoredStamp, snapshot: Snapshot, rules: ScoringRules, now: datetime) -> ValidStamp | _Fault:
    faults: list[str] = []

    def checked(credential: Credential) -> str | None:
        fault = proof_fault(credential, now=now)
        faults.extend([fault] if fault else [])
        return fault

    found = examine(stamp, address=snapshot.address, rules=rules, now=now, proof_fault=checked)
    if isinstance(found, ValidStamp):
        return found
    if faults:
        return _Fault(PROOF, f"The proof does not hold: {faults[0]}.")
    return _Fault(_VERDICTS.get(found, MALFORMED), found)


def _told(
    stamp: StoredStamp, snapshot: Snapshot, examined: ValidStamp | _Fault | None, claim: Claim | None
) -> StampExplanation:
    base = _base(stamp, snapshot)
    if examined is None:
        return replace(base, verdict=SUPERSEDED, sentence="A newer stamp of the same provider stands for it.")
    if isinstance(examined, _Fault):
        return replace(base, verdict=examined.verdict, sentence=_sentence(examined, base))
    if claim is not None:
        until = claim.expires_at.isoformat()
        sentence = f"{claim.address} owns its nullifier {claim.nullifier} in this community until {until}."
        return replace(base, verdict=CLAIMED, sentence=sentence, claimed_by=claim)
    if base.weight_source is None:
        return replace(base, counts=True, verdict=NO_WEIGHT, sentence="It counts, but its provider has no weight here.")
    return replace(base, counts=True, verdict=COUNTS, sentence="It counts.")


def _told_revoked(revoked: RevokedStamp, snapshot: Snapshot) -> StampExplanation:
    by = revoked.list_name
    sentence = f"It is revoked by {by}." if by else "It is revoked, by hand or by a ban."
    if revoked.elsewhere:
        sentence = "Its proof is revoked: the same credential was revoked where it was stored before."
    return replace(_base(revoked.stamp, snapshot), verdict=REVOKED, sentence=sentence, revoked_by=by)


def _sentence(fault: _Fault, base: StampExplanation) -> str:
    if fault.verdict == EXPIRED:
        return f"It expired at {base.expires_at}."
    if fault.verdict == UNTRUSTED_ISSUER and base.issuer:
        return f"Its issuer {base.issuer} is not trusted."
    if fault.verdict == OTHER_PROVIDER:
        return f"Its credential is for {base.credential_provider}, but it is stored under {base.provider}."
    return fault.sentence


def _base(stamp: StoredStamp, snapshot: Snapshot) -> StampExplanation:
    """What the row and the credential say of themselves, whether or not it is true."""
    credential = _object(json.loads(stamp.document))
    weight, source = _weight(stamp.provider, snapshot)
    return StampExplanation(
        id=stamp.id,
        type=stamp.type,
        provider=stamp.provider,
        updated_at=stamp.updated_at,
        counts=False,
        verdict=MALFORMED,
        sentence="",
        weight=weight,
        weight_source=source,
        issuer=_text(credential.get("issuer")),
        expires_at=_text(credential.get("expirationDate")),
        credential_provider=_text(_object(credential.get("credentialSubject")).get("provider")),
    )


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _claim(stamp: ValidStamp, snapshot: Snapshot, now: datetime) -> Claim:
    """The link that makes it a deduplicated stamp: that of its first nullifier that somebody else owns (R1)."""
    links = (snapshot.links[nullifier] for nullifier in stamp.nullifiers if nullifier in snapshot.links)
    link = next(link for link in links if link.address != snapshot.address and link.expires_at > now)
    return Claim(link.hash, link.address, link.expires_at.astimezone(UTC))


def _weight(provider: str, snapshot: Snapshot) -> tuple[str, str | None]:
    """The weight as the scorer or the customization has it, and which of the two; the latter wins (3.7)."""
    if provider in snapshot.overlay:
        return str(snapshot.overlay[provider]), "customization"
    if provider not in (snapshot.weights or {}):
        return "0", None
    weight = (snapshot.weights or {})[provider]
    return (str(weight) if as_decimal(weight) is None else format(Decimal(str(weight)), "f")), "scorer"
