"""The rules of bans and revocations (contract, sections 4.9 and 4.10)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, TypedDict

from apps.ceramic_cache import managers
from apps.ceramic_cache.managers import Ban
from apps.registry.scoring.times import iso_ms
from scorer_v2.primitives.addresses import address_of_did
from scorer_v2.primitives.errors import DomainError, TooManyStamps
from scorer_v2.primitives.storable import is_storable

MOST_PROOF_VALUES = 100


class NoCredentials(DomainError):
    """No credential names its holder."""

    status = 400
    detail = "Must provide valid credential(s)"


class SeveralHolders(DomainError):
    """The credentials belong to different holders."""

    status = 400
    detail = "All credentials must be issued to the same address"


class CredentialSubject(NamedTuple):
    """What a ban can concern of a credential. `id` is the holder's DID."""

    hash: str | None
    provider: str | None
    id: str | None


class BanVerdict(TypedDict):
    """Whether a credential is banned, and until when; null is for ever. Its order is the answer's."""

    hash: str | None
    is_banned: bool
    end_time: str | None
    ban_type: str | None
    reason: str | None


class RevocationVerdict(TypedDict):
    """Whether a proof value is revoked. Its order is the answer's."""

    proof_value: str
    is_revoked: bool


def check_bans(*, subjects: Sequence[CredentialSubject], now: datetime) -> list[BanVerdict]:
    """Return a verdict per credential, in their order. Raises NoCredentials, SeveralHolders and DatabaseUnavailable."""
    address = address_of_did(holder_of(subjects))
    hashes = {subject.hash for subject in subjects if subject.hash and is_storable(subject.hash)}
    findable = address if address and is_storable(address) else None
    bans = managers.find_bans(address=findable, hashes=hashes, now=now)
    return [verdict_on(subject, address=address, bans=bans) for subject in subjects]


def holder_of(subjects: Iterable[CredentialSubject]) -> str:
    """The one DID that all credentials have, letter by letter. Raises NoCredentials and SeveralHolders."""
    holders = {subject.id for subject in subjects}
    if not holders - {None}:
        raise NoCredentials
    holder = holders.pop()
    if holders or holder is None:
        raise SeveralHolders
    return holder


def verdict_on(subject: CredentialSubject, *, address: str, bans: Iterable[Ban]) -> BanVerdict:
    """The verdict by the first ban that fits the credential of a lowercase address."""
    ban = next((ban for ban in bans if fits(ban, subject, address=address)), None)
    if ban is None:
        return {"hash": subject.hash, "is_banned": False, "end_time": None, "ban_type": None, "reason": None}
    end_time = None if ban.end_time is None else iso_ms(ban.end_time)
    return {
        "hash": subject.hash,
        "is_banned": True,
        "end_time": end_time,
        "ban_type": ban.type,
        "reason": ban.reason,
    }


def fits(ban: Ban, subject: CredentialSubject, *, address: str) -> bool:
    """Whether the ban concerns the credential: its type says which columns decide (table of section 4.9)."""
    match ban.type:
        case "account":
            return ban.address == address and not ban.provider
        case "hash":
            return ban.hash == subject.hash
        case "single_stamp":
            return ban.address == address and ban.provider == subject.provider
        case _:
            return False


def check_revocations(*, proof_values: Sequence[str]) -> list[RevocationVerdict]:
    """Return a verdict per proof value, in their order. Raises TooManyStamps and DatabaseUnavailable."""
    if len(proof_values) > MOST_PROOF_VALUES:
        raise TooManyStamps
    findable = {value for value in proof_values if is_storable(value)}
    revoked = managers.find_revoked(findable) if findable else frozenset()
    return [{"proof_value": value, "is_revoked": value in revoked} for value in proof_values]
