"""Count what the rules D22, D23 and D24 stop counting: stored stamps by provider, and scores by community.

D22: one credential counts under its own provider only. D23: a revocation holds for the proof, also where the proof is
stored again. D24: one signature has one spelling. Reads only; every page is a transaction of its own.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from apps.registry.scoring.proof_values import is_canonical_proof
from apps.registry.scoring.validity import InvalidStampError, parse_expiry
from scorer_v2.database.bulk import transaction
from scorer_v2.database.round_trips import Statement, statement

PAGE = 2_000

# Anybody may store stamps under any name: what is counted by name is bounded, the rest is counted together.
MAX_NAMES = 10_000
OTHER_NAMES = "(other providers)"

_JWS = "{credential} #>> '{{proof,jws}}'"

# What decides about one credential, and whether its proof value is that of another row that is revoked.
_CREDENTIAL = """
    {credential} #>> '{{credentialSubject,provider}}', {credential} #>> '{{proof,type}}',
    {credential} #>> '{{proof,proofValue}}', {credential} #>> '{{proof,jws}}',
    {credential} ->> 'issuer', {credential} ->> 'expirationDate',
    {credential} #>> '{{proof,jws}}' IS NULL AND EXISTS (
        SELECT FROM ceramic_cache_revocation revoked
        JOIN ceramic_cache_ceramiccache other ON other.id = revoked.ceramic_cache_id
        WHERE revoked.proof_value = {credential} #>> '{{proof,proofValue}}' AND other.stamp #>> '{{proof,jws}}' IS NULL
    )
"""

# A page of live stored stamps that are not revoked themselves.
STORED_STAMPS = statement(
    "registry.audit_stored_stamps",
    f"""
    SELECT stored.id, stored.provider, NULL::bigint, {_CREDENTIAL.format(credential="stored.stamp")}
    FROM ceramic_cache_ceramiccache stored
    WHERE stored.id > %(after)s AND stored.deleted_at IS NULL
      AND NOT EXISTS (SELECT FROM ceramic_cache_revocation own WHERE own.ceramic_cache_id = stored.id)
    ORDER BY stored.id LIMIT %(limit)s
    """,
)

# The stamps that the last scorings of a page of passports kept.
KEPT_STAMPS = statement(
    "registry.audit_kept_stamps",
    f"""
    WITH page AS (
        SELECT id, community_id FROM registry_passport
        WHERE id > %(after)s AND community_id IS NOT NULL ORDER BY id LIMIT %(limit)s
    )
    SELECT page.id, kept.provider, page.community_id, {_CREDENTIAL.format(credential="kept.credential")}
    FROM page LEFT JOIN registry_stamp kept ON kept.passport_id = page.id
    ORDER BY page.id
    """,
)

# The JWS of all revoked credentials that have one.
REVOKED_JWS = statement(
    "registry.audit_revoked_jws",
    f"""
    SELECT other.stamp #>> '{{proof,jws}}' FROM ceramic_cache_revocation revoked
    JOIN ceramic_cache_ceramiccache other ON other.id = revoked.ceramic_cache_id
    WHERE {_JWS.format(credential="other.stamp")} IS NOT NULL
    """,
)

# How many rows there are, as the planner knows it: for the progress only.
ESTIMATE = statement(
    "registry.audit_estimate",
    "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = %(table)s::text::regclass",
)


class AuditedStamp(NamedTuple):
    """A stored or kept stamp, as far as the rules look at it. `id`: the stored row's or the passport's."""

    id: int
    provider: str | None
    community_id: int | None
    credential_provider: str | None
    proof_type: str | None
    proof_value: str | None
    jws: str | None
    issuer: str | None
    expiration_date: str | None
    is_revoked_elsewhere: bool


@dataclass(slots=True)
class StampAudit:
    """The findings. Keys of `stamps` are (rule, provider); of `kept` (rule, community, provider); of `scores` the
    communities, whose values are passports with at least one such stamp."""

    stamps_read: int = 0
    passports_read: int = 0
    stamps: Counter[tuple[str, str]] = field(default_factory=Counter)
    kept: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    scores: Counter[int] = field(default_factory=Counter)


def rule_against(
    stamp: AuditedStamp, *, trusted_issuers: frozenset[str], revoked_jws: frozenset[str], now: datetime
) -> str | None:
    """Return the first of D22, D23, D24 that stops counting the stamp; None for one that counts or never counted."""
    if stamp.provider is None or stamp.issuer not in trusted_issuers or _has_expired(stamp.expiration_date, now):
        return None
    if stamp.provider != stamp.credential_provider:
        return "D22"
    if stamp.is_revoked_elsewhere or stamp.jws in revoked_jws:
        return "D23"
    proof = {"type": stamp.proof_type, "proofValue": stamp.proof_value, "jws": stamp.jws}
    return None if is_canonical_proof(proof) else "D24"


def audit_stamps(
    *, trusted_issuers: frozenset[str], now: datetime, progress: Callable[[str, int, int], None]
) -> StampAudit:
    """Read all live stored stamps and the kept stamps of all scores. `progress` gets the table, rows done and in all.

    Memory does not grow with the tables. Raises DatabaseUnavailable.
    """
    found = StampAudit()
    revoked_jws = _revoked_jws()

    def rule_of(stamp: AuditedStamp) -> str | None:
        return rule_against(stamp, trusted_issuers=trusted_issuers, revoked_jws=revoked_jws, now=now)

    total = _estimate("ceramic_cache_ceramiccache")
    for page in _pages(STORED_STAMPS):
        found.stamps_read += len(page)
        _add_stored(found, page, rule_of)
        progress("stored stamps", found.stamps_read, max(total, found.stamps_read))
    total = _estimate("registry_passport")
    for page in _pages(KEPT_STAMPS):
        found.passports_read += len({stamp.id for stamp in page})
        _add_kept(found, page, rule_of)
        progress("scores", found.passports_read, max(total, found.passports_read))
    return found


def _add_stored(found: StampAudit, page: Sequence[AuditedStamp], rule_of: Callable[[AuditedStamp], str | None]) -> None:
    for stamp in page:
        rule = rule_of(stamp)
        if rule is not None:
            key = (rule, stamp.provider or "")
            found.stamps[key if key in found.stamps or len(found.stamps) < MAX_NAMES else (rule, OTHER_NAMES)] += 1


def _add_kept(found: StampAudit, page: Sequence[AuditedStamp], rule_of: Callable[[AuditedStamp], str | None]) -> None:
    passports: dict[int, int] = {}
    for stamp in page:
        rule = rule_of(stamp)
        if rule is not None and stamp.community_id is not None:
            key = (rule, stamp.community_id, stamp.provider or "")
            known = key in found.kept or len(found.kept) < MAX_NAMES
            found.kept[key if known else (rule, stamp.community_id, OTHER_NAMES)] += 1
            passports[stamp.id] = stamp.community_id
    found.scores.update(passports.values())


def _pages(wanted: Statement) -> Iterator[list[AuditedStamp]]:
    after = 0
    while True:
        with transaction() as bulk:
            rows = bulk.rows(wanted, {"after": after, "limit": PAGE})
        if not rows:
            return
        page = [AuditedStamp._make(row) for row in rows]
        yield page
        after = page[-1].id


def _revoked_jws() -> frozenset[str]:
    with transaction() as bulk:
        return frozenset(jws for (jws,) in bulk.rows(REVOKED_JWS, {}))


def _estimate(table: str) -> int:
    with transaction() as bulk:
        return int(bulk.row(ESTIMATE, {"table": table})[0])


def _has_expired(text: Any, now: datetime) -> bool:
    try:
        return parse_expiry(text) < now
    except InvalidStampError:
        return True
