"""The scoring rules once more, from the contract alone, in the plainest words; the core is compared with it.

Rows are dicts and sets. A world keeps those that scorings share, and each scoring changes it as it would the database.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

ACTIONS = {
    "SelfStakingBronze": "ISB", "SelfStakingSilver": "ISS", "SelfStakingGold": "ISG", "BeginnerCommunityStaker": "CSB",
    "ExperiencedCommunityStaker": "CSE", "TrustedCitizen": "CST", "HolonymGovIdProvider": "HGO", "HolonymPhone": "HPH",
    "CleanHands": "HCH", "Biometrics": "HBI",
}  # fmt: skip
FREE_TEXT = "<text>"


@dataclass
class World:
    issuers: set[str]
    multi_nullifier: bool
    communities: dict[int, dict[str, Any]]  # rule, weights, overlay, threshold (text), programme
    stamps: list[dict[str, Any]]  # id, address, provider, updated_at, credential; by id
    links: dict[tuple[str, int], tuple[str, datetime]] = field(default_factory=dict)
    points: set[tuple[str, str, int, str, str]] = field(default_factory=set)  # address, action, chain, provider, tx
    qualified: set[tuple[str, int]] = field(default_factory=set)
    config: dict[str, int] = field(default_factory=dict)
    multipliers: dict[str, int] = field(default_factory=dict)
    lists: dict[str, set[str]] = field(default_factory=dict)
    events: list[tuple[str, str, int, dict[str, Any]]] = field(default_factory=list)


class DataError(Exception):
    """Its text is the answer's `error`; FREE_TEXT stands for any text."""


def score(world: World, address: str, community_id: int, now: datetime) -> dict[str, Any]:
    """Scores and gives the score object; on an error of the data nothing of the world changes."""
    community = world.communities[community_id]
    try:
        kept, lost, weights = parted(world, address, community_id, now)
    except DataError as error:
        return {
            "address": address, "score": "0.00000", "passing_score": False, "last_score_timestamp": None,
            "expiration_timestamp": None, "threshold": "20.00000", "error": str(error), "stamps": {},
            "points_data": None, "possible_points_data": None, "linked_score": None,
        }  # fmt: skip
    total = sum(weights, Decimal(0))
    threshold = community["threshold"]
    passing = total >= Decimal(threshold)
    stamps = {
        s["provider"]: {"score": f"{Decimal(float(w)):.5f}", "dedup": False, "expiration_date": date(s).isoformat()}
        for s, w in zip(kept, weights, strict=True)
    }
    for s in lost:
        name = s["credential"]["credentialSubject"]["provider"]
        shown = stamps.setdefault(name, {"score": "0.00000"})
        shown.update(dedup=True, expiration_date=s["credential"]["expirationDate"])
    expiry = min((date(s) for s in kept), default=None)
    sources = [(s, world.links[(claims(world, s, address, community_id, now)[0], community_id)]) for s in lost]
    write_links(world, kept, sources, address, community_id)
    write_events(world, lost, address, community_id)
    fields = {
        "score": str(int(passing)), "last_score_timestamp": iso_ms(now), "status": "DONE", "error": None,
        "evidence": {"type": "ThresholdScoreCheck", "success": passing, "rawScore": str(total), "threshold": threshold},
        "stamp_scores": {s["provider"]: float(w) for s, w in zip(kept, weights, strict=True)}, "stamps": stamps,
        "expiration_date": expiry and iso_ms(expiry),
    }  # fmt: skip
    world.events.append(("SCU", address, community_id, fields))
    if passing and community["programme"]:
        award(world, kept, address, community_id)
    points, possible = shown_points(world, address) if community["programme"] else (None, None)
    return {
        "address": address, "score": f"{total:.5f}", "passing_score": passing, "last_score_timestamp": now.isoformat(),
        "expiration_timestamp": expiry and expiry.isoformat(), "threshold": threshold, "error": None,
        "stamps": stamps, "points_data": points, "possible_points_data": possible,
        "linked_score": None,
    }  # fmt: skip


def parted(world: World, address: str, community_id: int, now: datetime) -> tuple[list[Any], list[Any], list[Decimal]]:
    community = world.communities[community_id]
    if community["rule"] != "LIFO":
        raise DataError("Invalid rule")
    if community["weights"] is None:
        raise DataError(FREE_TEXT)
    valid = [
        s for s in selected(world, address)
        if is_valid(world, s["credential"], address, now)
        and s["credential"]["credentialSubject"]["provider"] == s["provider"]  # D22
    ]  # fmt: skip
    lost = [s for s in valid if claims(world, s, address, community_id, now)]
    kept = [s for s in valid if s not in lost]
    return kept, lost, [weight(community, s["provider"]) for s in kept]


def iso_ms(time: datetime) -> str:  # 1.6
    fraction = f".{time.microsecond // 1000:03}" if time.microsecond else ""
    zone = time.isoformat()[-6:]
    return f"{time:%Y-%m-%dT%H:%M:%S}{fraction}{'Z' if zone == '+00:00' else zone}"


def selected(world: World, address: str) -> list[dict[str, Any]]:  # 3.2
    mine = [s for s in world.stamps if s["address"] == address]
    providers = list(dict.fromkeys(s["provider"] for s in mine))
    return [max((s for s in mine if s["provider"] == p), key=lambda s: s["updated_at"]) for p in providers]


def is_valid(world: World, credential: dict[str, Any], address: str, now: datetime) -> bool:  # 3.3
    try:
        expires = datetime.fromisoformat(credential["expirationDate"])
        subject = credential["credentialSubject"]
        return bool(
            credential["issuer"] in world.issuers
            and expires.tzinfo and expires >= now
            and subject and subject["provider"] and subject["id"]
            and (subject.get("hash") or subject.get("nullifiers"))
            and subject["id"].lower() == "did:pkh:eip155:1:" + address
            and all(len(n) <= 100 for n in listed(subject) if isinstance(n, str))
            and credential["proof"] == "sound"
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return False


def listed(subject: dict[str, Any]) -> list[Any]:
    entries = [subject["hash"]] if "hash" in subject else subject["nullifiers"]
    if not isinstance(entries, list):
        raise TypeError
    return entries


def nullifiers(world: World, stamp: dict[str, Any]) -> list[str]:  # 3.4
    texts = [n for n in listed(stamp["credential"]["credentialSubject"]) if isinstance(n, str)]
    return list(dict.fromkeys(n for n in texts if world.multi_nullifier or n[:2] == "v0"))


def date(stamp: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(stamp["credential"]["expirationDate"])


def claims(world: World, stamp: dict[str, Any], address: str, community_id: int, now: datetime) -> list[str]:  # R1
    links = {n: world.links.get((n, community_id)) for n in nullifiers(world, stamp)}
    return [n for n, link in links.items() if link and link[0] != address and link[1] > now]


def write_links(world: World, kept: list[Any], lost: list[Any], address: str, community_id: int) -> None:  # R2 to R4
    for s in kept:
        for n in nullifiers(world, s):
            world.links[(n, community_id)] = (address, date(s))
    for s, source in lost:
        for n in nullifiers(world, s):
            world.links.setdefault((n, community_id), source)


def write_events(world: World, lost: list[Any], address: str, community_id: int) -> None:  # 3.5
    later = {s["credential"]["credentialSubject"]["provider"]: s for s in lost}
    for name, s in later.items():
        data = {"nullifiers": nullifiers(world, s), "provider": name, "community_id": community_id}
        world.events.append(("LDP", address, community_id, data))


def weight(community: dict[str, Any], provider: str) -> Decimal:  # 3.7
    value = {**community["weights"], **community["overlay"]}.get(provider, 0)
    try:
        number = Decimal("NaN") if isinstance(value, bool) else Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise DataError(FREE_TEXT) from None
    if not number.is_finite():
        raise DataError(FREE_TEXT)
    return number


def award(world: World, kept: list[Any], address: str, community_id: int) -> None:  # 3.11, writing
    world.qualified.add((address, community_id))
    for s in kept:
        subject = s["credential"]["credentialSubject"]
        keys = [n for n in subject.get("nullifiers") or [] if n and isinstance(n, str)]
        has_one = any(p[0] == address and p[1] == "HKY" and p[3] == subject["provider"] for p in world.points)
        if keys and not has_one:
            world.points.add((address, "HKY", 0, subject["provider"], keys[-1]))
        if s["provider"] in ACTIONS:
            world.points.add((address, ACTIONS[s["provider"]], 0, "", ""))
    if sum(1 for a, _ in world.qualified if a == address) >= 4:
        world.points.add((address, "SCB", 0, "", ""))
    for name, action in (("MetaMaskOG2", "MM2"), ("SeasonedPassportOGs", "SOG"), ("TheChosenOnes", "TCO")):
        room = action != "MM2" or sum(1 for p in world.points if p[1] == "MM2") < 5000
        if address in world.lists.get(name, set()) and room:
            world.points.add((address, action, 0, "", ""))


def shown_points(world: World, address: str) -> tuple[dict[str, Any], dict[str, Any]]:  # 3.11, reading
    rows = [p for p in world.points if p[0] == address and p[1] != "HIM" and p[1] in world.config]
    breakdown: dict[str, int] = {}
    for _, action, chain, _, _ in rows:
        for name in [action] + ([f"{action}_{chain}"] if chain else []):
            breakdown[name] = breakdown.get(name, 0) + world.config[action]
    factor = world.multipliers.get(address, 1) if rows else 1
    total = sum(world.config[p[1]] for p in rows)
    eligible = any(a == address for a, _ in world.qualified)
    return (
        {"total_points": total, "is_eligible": eligible, "multiplier": factor, "breakdown": breakdown},
        {"total_points": 0, "is_eligible": False, "multiplier": factor, "breakdown": dict(world.config)},
    )
