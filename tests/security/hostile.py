"""Credentials of every hostile kind, generated from a seed: none of them may count for its sender.

A holder can send whatever bytes he likes; what he cannot do is sign. So each starts from a credential that the trusted
issuer did sign for somebody, for something, or from a bomb.
"""

import copy
import random
from collections.abc import Callable
from typing import Any, NamedTuple

from apps.registry.scoring.proof_values import ED25519_ORDER
from tests.endpoints.scoring_world import EXPIRY_TEXT, ISSUER, PAST, STRANGER, issue
from tests.factories.ceramic_cache import RevocationFactory, StoredStampFactory
from tests.unit.scoring.bombs import FAMILIES
from tests.unit.scoring.proof_samples import base64url_bytes, base64url_text, high_s

Credential = dict[str, Any]


class Hostile(NamedTuple):
    """A stamp to send for `provider`; `kind` is what is wrong with it."""

    kind: str
    provider: str
    credential: Credential


def hostile(draw: random.Random, *, holder: str, provider: str) -> Hostile:
    kind = draw.choice(sorted(KINDS))
    return Hostile(kind, provider, KINDS[kind](draw, holder, provider))


def genuine(draw: random.Random, holder: str, provider: str, **changes: Any) -> Credential:
    """One that counts for the holder, of either kind of proof, with nullifiers of its own."""
    nullifiers = [f"v0:{draw.getrandbits(64)}" for _ in range(draw.randint(1, 3))]
    credential = issue(provider, *nullifiers, to=holder, ed25519=draw.random() < 0.4, **changes)
    credential["proof"].setdefault("proofValue", f"free text {draw.getrandbits(32)}")
    return credential


def an_address(draw: random.Random) -> str:
    return f"0x{draw.getrandbits(160):040x}"


def forged(draw: random.Random, holder: str, provider: str) -> Credential:
    """The sender changed something that was signed."""
    credential = genuine(draw, holder, f"{provider} of another name")
    credential["credentialSubject"]["provider"] = provider
    return credential


def with_fresh_nullifiers(draw: random.Random, holder: str, provider: str) -> Credential:
    credential = genuine(draw, holder, provider)
    subject = credential["credentialSubject"]
    more = f"v0:{draw.getrandbits(64)}"
    subject["nullifiers"] = draw.choice([[more], [*subject["nullifiers"], more], [more, *subject["nullifiers"]]])
    return credential


def prolonged(draw: random.Random, holder: str, provider: str) -> Credential:
    return {**genuine(draw, holder, provider, expires_at=PAST), "expirationDate": EXPIRY_TEXT}


def with_more_members(draw: random.Random, holder: str, provider: str) -> Credential:
    credential = genuine(draw, holder, provider)
    place = draw.choice([credential, credential["credentialSubject"]])
    place[f"more{draw.getrandbits(16)}"] = draw.choice([None, 1, "x", {}, [[]]])
    return credential


def replayed(draw: random.Random, holder: str, provider: str) -> Credential:
    """It is somebody else's."""
    return genuine(draw, an_address(draw), provider)


def replayed_under_the_senders_name(draw: random.Random, holder: str, provider: str) -> Credential:
    credential = replayed(draw, holder, provider)
    credential["credentialSubject"]["id"] = f"did:pkh:eip155:1:{holder}"
    return credential


def expired(draw: random.Random, holder: str, provider: str) -> Credential:
    return genuine(draw, holder, provider, expires_at=PAST)


def of_a_stranger(draw: random.Random, holder: str, provider: str) -> Credential:
    """Signed by a key that nobody trusts, in its own name or in the trusted one's."""
    credential = genuine(draw, holder, provider, key=STRANGER)
    if draw.random() < 0.5:
        credential["issuer"] = ISSUER.did
        credential["proof"]["verificationMethod"] = f"{ISSUER.did}#controller"
    return credential


def with_the_signature_of_another(draw: random.Random, holder: str, provider: str) -> Credential:
    credential, other = genuine(draw, holder, provider), genuine(draw, holder, provider)
    return {**credential, "proof": other["proof"]}


def respelled(draw: random.Random, holder: str, provider: str) -> Credential:
    """The genuine signature in another spelling (D24)."""
    credential = genuine(draw, holder, provider)
    proof = credential["proof"]
    if "jws" in proof:
        proof["jws"] = draw.choice(JWS_SPELLINGS)(proof["jws"])
    else:
        proof["proofValue"] = draw.choice(EIP712_SPELLINGS)(proof["proofValue"])
    return credential


def exploding(draw: random.Random, holder: str, provider: str) -> Credential:
    """A bomb that passes all that is checked before the proof."""
    bomb = copy.deepcopy(draw.choice(FAMILIES)(draw))
    subject = bomb["credentialSubject"]
    subject |= {"id": f"did:pkh:eip155:1:{holder}", "provider": provider}
    if len(bomb["issuer"]) < 60:
        bomb["issuer"] = ISSUER.ed25519_did if "jws" in bomb["proof"] else ISSUER.did
        method = bomb["issuer"].removeprefix("did:key:") if "jws" in bomb["proof"] else "controller"
        bomb["proof"]["verificationMethod"] = f"{bomb['issuer']}#{method}"
    if len(bomb.get("expirationDate", "")) < 30:
        bomb["expirationDate"] = EXPIRY_TEXT
    bomb["proof"].setdefault("proofValue", f"free text {draw.getrandbits(64)}")
    return bomb


def of_a_revoked_proof(draw: random.Random, holder: str, provider: str) -> Credential:
    """The holder's own, revoked where it was stored at another address; of Ed25519 with another `proofValue` (D23)."""
    credential = genuine(draw, holder, provider)
    RevocationFactory(ceramic_cache=StoredStampFactory(stamp=copy.deepcopy(credential), provider=provider))
    if "jws" in credential["proof"]:
        credential["proof"]["proofValue"] = f"free text {draw.getrandbits(32)}"
    return credential


KINDS: dict[str, Callable[[random.Random, str, str], Credential]] = {
    function.__name__: function
    for function in (
        forged, with_fresh_nullifiers, prolonged, with_more_members, replayed, replayed_under_the_senders_name, expired,
        of_a_stranger, with_the_signature_of_another, respelled, exploding,
        of_a_revoked_proof,
    )
}  # fmt: skip


def _last_byte(change: int) -> Callable[[str], str]:
    return lambda value: f"{value[:-2]}{(int(value[-2:], 16) + change) % 256:02x}"


def _high_ed25519_s(jws: str) -> str:
    header, _, encoded = jws.partition("..")
    signature = base64url_bytes(encoded)
    number = int.from_bytes(signature[32:], "little") + ED25519_ORDER
    return f"{header}..{base64url_text(signature[:32] + number.to_bytes(32, 'little'))}"


EIP712_SPELLINGS: list[Callable[[str], str]] = [
    high_s, _last_byte(-27), _last_byte(27), _last_byte(54), lambda value: "0x" + value[2:].upper(),
    lambda value: value + "00", lambda value: value + "ff" * 50, lambda value: "0X" + value[2:],
    lambda value: value[2:], lambda value: value + " ", lambda value: high_s(value) + "00",
]  # fmt: skip
JWS_SPELLINGS: list[Callable[[str], str]] = [
    _high_ed25519_s, lambda jws: jws + "==", lambda jws: jws + "=", lambda jws: jws + "A", lambda jws: "e30." + jws,
    lambda jws: jws[:-1] + chr(ord(jws[-1]) + 1), lambda jws: jws.replace("..", ".e30."),
]  # fmt: skip
