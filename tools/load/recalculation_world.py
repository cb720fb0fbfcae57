"""Passports of ten stamps each, as scorings by requests have left them, in any number.

Some of them are really issued, spread evenly over the others. Those are made by the database from really issued
credentials, with an address, nullifiers and a signature put in: what the last scoring kept of them equals them, so
that nobody verifies a proof.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path
from typing import Any

from django.db import connection, transaction

import tools.demo
from apps.account.models import Community
from tests.factories.account import ApiKeyFactory, CommunityFactory
from tools.bench.filler import filler_address, without_indexes
from tools.bench.identities import ISSUER
from tools.issuing import issue_eip712

STAMPS = 10
ISSUED = 1_000
ISSUED_AT, EXPIRES_AT = datetime(2025, 1, 1, 9, 10, 11, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)

CONTENT = json.loads((Path(tools.demo.__path__[0]) / "weights.json").read_text())
PROVIDERS = list(CONTENT["weights"])[:20]

# As `filler_address` and `digest` below.
ADDRESS = "'0x' || md5(n::text) || left(md5('a' || n), 8)"
DIGEST = "md5({0} || n || ' ' || k) || left(md5({0} || 'b' || n || ' ' || k), 12)"
PROOF = "'0x' || md5('1' || n || k) || md5('2' || n || k) || md5('3' || n || k) || md5('4' || n || k) || '1b'"

# What the passports hold: all but those really issued get the document of another with their own values put in.
HELD = f"""
    CREATE TEMPORARY TABLE held AS
    SELECT n, k, {ADDRESS} AS address, pattern.provider, coalesce(issued.document, replace(replace(replace(replace(
               pattern.document, pattern.address, {ADDRESS}), pattern.v0, 'v0:' || {DIGEST.format("'v0'")}),
               pattern.v1, 'v1:' || {DIGEST.format("'v1'")}), pattern.proof, {PROOF}))::jsonb AS document
    FROM generate_series(%(first)s::int, %(last)s::int) n CROSS JOIN generate_series(0, {STAMPS - 1}) k
    JOIN pattern ON pattern.number = (n * 3 + k) %% {len(PROVIDERS)}
    LEFT JOIN issued USING (n, k)
    ORDER BY n, k
"""

# Table to the statement that fills it.
FILLING = {
    "ceramic_cache_ceramiccache": """
        INSERT INTO ceramic_cache_ceramiccache
            (type, address, provider, stamp, proof_value, issuance_date, expiration_date, created_at, updated_at,
             compose_db_save_status, compose_db_stream_id, source_app, source_scorer_id)
        SELECT 1, address, provider, document, document -> 'proof' ->> 'proofValue',
               (document ->> 'issuanceDate')::timestamptz, (document ->> 'expirationDate')::timestamptz,
               now() - n * interval '1 second', now() - n * interval '1 second', 'pending', '', 1, %(community_id)s
        FROM held ORDER BY n, k
    """,
    "registry_passport": """
        INSERT INTO registry_passport (address, community_id)
        SELECT address, %(community_id)s FROM held WHERE k = 0 ORDER BY n
    """,
    "registry_stamp": """
        INSERT INTO registry_stamp (passport_id, provider, credential)
        SELECT passport.id, stored.provider, stored.stamp
        FROM registry_passport passport JOIN ceramic_cache_ceramiccache stored USING (address)
        WHERE passport.community_id = %(community_id)s ORDER BY passport.id, stored.id
    """,
    "registry_hashscorerlink": """
        INSERT INTO registry_hashscorerlink (hash, address, community_id, expires_at)
        SELECT document -> 'credentialSubject' -> 'nullifiers' ->> 0, address, %(community_id)s,
               (document ->> 'expirationDate')::timestamptz
        FROM held ORDER BY n, document -> 'credentialSubject' -> 'nullifiers' ->> 0
    """,
}


@dataclass(frozen=True)
class World:
    """Passports `first` to `last` of one community."""

    name: str
    first: int
    last: int

    @property
    def issued(self) -> list[int]:
        """The numbers of those that are really issued, at most a thousand."""
        return list(range(self.first, self.last + 1, max(1, (self.last - self.first + 1) // ISSUED)))[:ISSUED]

    @property
    def addresses(self) -> list[str]:
        """Of those that are really issued."""
        return [filler_address(number) for number in self.issued]

    def community(self) -> Community:
        return Community.objects.get(name=self.name)

    def is_there(self) -> bool:
        return Community.objects.filter(name=self.name).exists()

    def make(self) -> None:
        """Needs a superuser, as `tools.bench.filler` does."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            community = CommunityFactory(name=self.name, weights=CONTENT["weights"], threshold=CONTENT["threshold"])
            ApiKeyFactory(account=community.account, secret=key_of(self.name))
            self._issue(cursor)
            cursor.execute(HELD, {"first": self.first, "last": self.last})
            for table, statement in FILLING.items():
                with without_indexes(cursor.connection, table):
                    cursor.execute(statement, {"community_id": community.pk})
            cursor.execute("DROP TABLE held, issued, pattern")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def _issue(self, cursor: Any) -> None:
        cursor.execute("CREATE TEMPORARY TABLE issued (n int, k int, document text)")
        with cursor.copy("COPY issued FROM STDIN") as copy:
            for row in self._credentials():
                copy.write_row(row)
        cursor.execute(
            "CREATE TEMPORARY TABLE pattern (number int, provider text, address text, v0 text, v1 text, proof text, "
            "document text)"
        )
        with cursor.copy("COPY pattern FROM STDIN") as copy:
            for number, provider in enumerate(PROVIDERS):
                credential = issue(-1, number, provider)
                (v0, v1), proof = credential["credentialSubject"]["nullifiers"], credential["proof"]["proofValue"]
                copy.write_row((number, provider, filler_address(-1), v0, v1, proof, json.dumps(credential)))

    def _credentials(self) -> Iterator[tuple[int, int, str]]:
        for n in self.issued:
            for k in range(STAMPS):
                yield n, k, json.dumps(issue(n, k, PROVIDERS[(n * 3 + k) % len(PROVIDERS)]))


def key_of(name: str) -> str:
    """The API key of a world's account."""
    return f"{_md5(name)[:8]}.secret-of-{name}"


def issue(n: int, k: int, provider: str) -> dict[str, Any]:
    """Signed; the same whenever it is made."""
    return issue_eip712(
        key=ISSUER,
        address=filler_address(n),
        provider=provider,
        issued_at=ISSUED_AT,
        expires_at=EXPIRES_AT,
        nullifiers=[f"{generation}:{digest(generation, n, k)}" for generation in ("v0", "v1")],
    )


def digest(generation: str, n: int, k: int) -> str:
    return _md5(f"{generation}{n} {k}") + _md5(f"{generation}b{n} {k}")[:12]


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
