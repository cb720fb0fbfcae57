"""Whether a stamp counts (section 3.3)."""

from collections.abc import Callable, Mapping
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Any, Protocol

from apps.registry.scoring.documents import MAX_DOCUMENT_BYTES, TOO_LARGE, parse_document
from apps.registry.scoring.known_credentials import Attestation, KnownCredentials
from apps.registry.scoring.nullifiers import counting, human_key_of, nullifiers_of
from apps.registry.scoring.proof_errors import is_lasting
from apps.registry.scoring.records import Credential, ScoringRules, ValidStamp
from scorer_v2.primitives.storable import is_storable

ProofFault = Callable[[Credential], str | None]
"""Takes a parsed credential, gives what is wrong with its proof, or None."""

OTHER_HOLDER = "The credential belongs to another holder."
OTHER_PROVIDER = "The credential is for another provider than the stamp is stored under."
NOTHING_KNOWN = KnownCredentials(0)


class InvalidStampError(ValueError):
    """The stamp does not count; the text says why."""


class Examinable(Protocol):
    """A stored stamp, as far as examining looks at it."""

    @property
    def id(self) -> int: ...
    @property
    def provider(self) -> str: ...
    @property
    def document(self) -> str: ...


def examine(
    stamp: Examinable,
    *,
    address: str,
    rules: ScoringRules,
    now: datetime,
    proof_fault: ProofFault,
    known: KnownCredentials = NOTHING_KNOWN,
) -> ValidStamp | str:
    """The valid stamp, or the reason why it does not count.

    The cheap checks come first, the proof last. `known` credentials are neither parsed nor verified again, whether they
    were found valid or not; what is found is added to it. A check that throws makes this one stamp invalid and never
    ends the scoring (D13), whatever it throws: a credential is untrusted.
    """
    document = stamp.document
    if len(document) > MAX_DOCUMENT_BYTES:
        return TOO_LARGE  # before its digest is computed
    try:
        attestation = known.recall(document, now=now)
        if attestation is None:
            attestation = _read_once(
                document, address=address, rules=rules, now=now, proof_fault=proof_fault, known=known
            )
        else:
            _check_again(attestation, address=address, rules=rules, now=now)
        return _valid(stamp, attestation, rules)
    except ValueError as fault:
        return str(fault) or "The credential is malformed."
    except Exception as error:
        return f"A check failed with {type(error).__name__}."


def examine_attested(
    stamp: Examinable, attestation: Attestation, *, address: str, rules: ScoringRules, now: datetime
) -> ValidStamp | str:
    """The same for a stamp of which it is remembered what its credential says."""
    try:
        _check_again(attestation, address=address, rules=rules, now=now)
        return _valid(stamp, attestation, rules)
    except InvalidStampError as fault:
        return str(fault)


def examine_proven(
    stamp: Examinable, credential: Credential, *, address: str, rules: ScoringRules, now: datetime
) -> ValidStamp | str:
    """The same for a stamp whose proof is known to hold; `credential` needs only the members that decide."""
    try:
        attestation = _attestation(credential, address=address, rules=rules, now=now)
        return _valid(stamp, attestation, rules)
    except ValueError as fault:
        return str(fault)
    except Exception as error:
        return f"A check failed with {type(error).__name__}."


def parse_expiry(text: object) -> datetime:
    """A credential's date as `datetime.fromisoformat` reads it, with its own offset (section 1.6).

    Raises InvalidStampError when it is no such text, has no zone, or lies outside the years 1 to 9999 of UTC (the
    database would store it, but nobody could read it back).
    """
    if not isinstance(text, str):
        raise InvalidStampError("The expirationDate is missing or not a text.")
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidStampError("The expirationDate is not a date and time.") from None
    if parsed.utcoffset() is None:
        raise InvalidStampError("The expirationDate has no time zone.")
    if not _has_a_year_in_utc(parsed):
        raise InvalidStampError("The expirationDate is out of range.")
    return parsed


def _read_once(
    document: str, *, address: str, rules: ScoringRules, now: datetime, proof_fault: ProofFault, known: KnownCredentials
) -> Attestation:
    """Read a document that is not known to be valid, and remember the verdict. Raises: ValueError, and whatever a check
    throws, which is not remembered."""
    trusted = rules.trusted_issuers
    refusal = known.recall_refusal(document, address=address, trusted_issuers=trusted, now=now)
    if refusal is not None:
        raise InvalidStampError(refusal)
    try:
        attestation = _read(document, address=address, rules=rules, now=now, proof_fault=proof_fault)
    except ValueError as fault:
        if is_lasting(str(fault)):
            known.keep_refusal(document, str(fault), address=address, trusted_issuers=trusted, now=now)
        raise
    known.keep(document, attestation, now=now)
    return attestation


def _read(document: str, *, address: str, rules: ScoringRules, now: datetime, proof_fault: ProofFault) -> Attestation:
    credential = parse_document(document)
    attestation = _attestation(credential, address=address, rules=rules, now=now)
    fault = proof_fault(credential)
    if fault is not None:
        raise InvalidStampError(fault)
    return attestation


def _attestation(credential: Credential, *, address: str, rules: ScoringRules, now: datetime) -> Attestation:
    """What the credential says, its proof not looked at."""
    _check_issuer(credential.get("issuer"), rules.trusted_issuers)
    expires_at = parse_expiry(credential.get("expirationDate"))
    _check_expiry(expires_at, now)
    subject = _subject_of(credential)
    _check_holder(subject, address)
    return Attestation(
        credential["issuer"],
        address,
        subject["provider"],
        expires_at,
        credential["expirationDate"],
        nullifiers_of(subject),
        human_key_of(subject),
    )


def _check_again(attestation: Attestation, *, address: str, rules: ScoringRules, now: datetime) -> None:
    """What may differ from one scoring to the next, in the order of `_read`."""
    _check_issuer(attestation.issuer, rules.trusted_issuers)
    _check_expiry(attestation.expires_at, now)
    if attestation.address != address:
        raise InvalidStampError(OTHER_HOLDER)


def _valid(stamp: Examinable, attestation: Attestation, rules: ScoringRules) -> ValidStamp:
    """Return the stamp as a scoring takes it. One credential counts under one provider only: its own, letter by letter,
    or a single credential would give the weights of all providers (D22).

    Raises: InvalidStampError.
    """
    if attestation.provider != stamp.provider:
        raise InvalidStampError(OTHER_PROVIDER)
    _, _, provider, expires_at, expiration_text, nullifiers, human_key = attestation
    counted = counting(nullifiers, multi_nullifier=rules.multi_nullifier)
    return ValidStamp(stamp.id, stamp.provider, provider, expires_at, expiration_text, counted, human_key)


def _has_a_year_in_utc(moment: datetime) -> bool:
    if MINYEAR < moment.year < MAXYEAR:
        return True
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return False
    return True


def _check_issuer(issuer: object, trusted_issuers: frozenset[str]) -> None:
    if not isinstance(issuer, str) or issuer not in trusted_issuers:
        raise InvalidStampError("The issuer is not trusted.")


def _check_expiry(expires_at: datetime, now: datetime) -> None:
    if expires_at < now:
        raise InvalidStampError("The credential has expired.")


def _subject_of(credential: Credential) -> Mapping[str, Any]:
    subject = credential.get("credentialSubject")
    if not isinstance(subject, dict) or not subject:
        raise InvalidStampError("The credentialSubject is missing, empty or not an object.")
    provider = subject.get("provider")
    if not isinstance(provider, str) or not provider or not is_storable(provider):
        raise InvalidStampError("The credentialSubject has no provider.")
    if not subject.get("hash") and not subject.get("nullifiers"):
        raise InvalidStampError("The credentialSubject has neither a hash nor nullifiers.")
    return subject


def _check_holder(subject: Mapping[str, Any], address: str) -> None:
    holder = subject.get("id")
    if not isinstance(holder, str) or not holder:
        raise InvalidStampError("The credentialSubject has no id.")
    if holder.lower() != f"did:pkh:eip155:1:{address}":
        raise InvalidStampError(OTHER_HOLDER)
