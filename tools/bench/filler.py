"""The rows that make the tables large: made by the database itself, from numbers.

Nothing of it is scored, so no proof has to hold. Addresses and hashes are digests, spread over the indexes as real
ones are.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from tools.bench.identities import PARTNER_COMMUNITY

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Size:
    """`stamps` are stored stamps and hash links each; ten of them belong to one address."""

    stamps: int = 1_000_000

    @property
    def addresses(self) -> int:
        return self.stamps // 10


# As `filler_address` below.
ADDRESS = "'0x' || md5(n::text) || left(md5('a' || n), 8)"
CREDENTIAL = """
    jsonb_build_object(
        '@context', jsonb_build_array('https://www.w3.org/2018/credentials/v1'),
        'type', jsonb_build_array('VerifiableCredential'),
        'issuer', 'did:ethr:0x0000000000000000000000000000000000000001',
        'issuanceDate', '2025-01-01T00:00:00Z', 'expirationDate', '2099-01-01T00:00:00Z',
        'credentialSubject', jsonb_build_object(
            'id', 'did:pkh:eip155:1:' || address, 'provider', 'Provider' || k,
            'nullifiers', jsonb_build_array('v0:' || md5(address || k))),
        'proof', jsonb_build_object('type', 'EthereumEip712Signature2021', 'proofValue', '0x' || md5(k || address)))
"""

# Table to the statement that fills it. `holders` has n, address; `held` n, k and address, ten of each holder.
FILLING = {
    "ceramic_cache_ceramiccache": f"""
        INSERT INTO ceramic_cache_ceramiccache
            (type, address, provider, stamp, proof_value, issuance_date, expiration_date, created_at, updated_at,
             compose_db_save_status, compose_db_stream_id, source_app, source_scorer_id)
        SELECT 1, address, 'Provider' || k, {CREDENTIAL}, '0x' || md5(k || address),
               '2025-01-01'::timestamptz + n * interval '1 minute', '2099-01-01', now() - n * interval '1 minute',
               now() - n * interval '1 minute', 'pending', '', 1, {PARTNER_COMMUNITY}
        FROM held
    """,
    "registry_hashscorerlink": f"""
        INSERT INTO registry_hashscorerlink (hash, address, community_id, expires_at)
        SELECT 'v0:' || md5(address || k), address, {PARTNER_COMMUNITY}, '2099-01-01'::timestamptz FROM held
    """,
    "registry_passport": f"""
        INSERT INTO registry_passport (address, community_id) SELECT address, {PARTNER_COMMUNITY} FROM holders
    """,
    "registry_stamp": f"""
        INSERT INTO registry_stamp (passport_id, provider, credential)
        SELECT passport.id, 'Provider' || k, {CREDENTIAL}
        FROM held JOIN registry_passport passport USING (address)
    """,
    "registry_score": """
        INSERT INTO registry_score (passport_id, score, status, last_score_timestamp, expiration_date, evidence,
                                    stamp_scores, stamps)
        SELECT passport.id, 1, 'DONE', now() - n * interval '1 minute', '2099-01-01',
               '{"type": "ThresholdScoreCheck", "success": true, "rawScore": "21.5", "threshold": "20.00000"}',
               '{"Provider1": 21.5}', '{"Provider1": {"score": "21.50000", "dedup": false}}'
        FROM holders JOIN registry_passport passport USING (address)
    """,
    "registry_event": f"""
        INSERT INTO registry_event (action, address, community_id, created_at, data)
        SELECT CASE WHEN k = 1 THEN 'LDP' ELSE 'SCU' END, address, {PARTNER_COMMUNITY},
               now() - n * interval '1 minute', '{{"model": "registry.score"}}' FROM held
    """,
    "ceramic_cache_ban": """
        INSERT INTO ceramic_cache_ban (type, address, hash, provider, created_at)
        SELECT CASE n % 2 WHEN 0 THEN 'account' ELSE 'hash' END, CASE n % 2 WHEN 0 THEN address ELSE '' END,
               CASE n % 2 WHEN 0 THEN '' ELSE 'v0:banned' || md5(n::text) END, '', now() FROM holders
    """,
    "ceramic_cache_revocation": """
        INSERT INTO ceramic_cache_revocation (proof_value, ceramic_cache_id)
        SELECT proof_value, id FROM ceramic_cache_ceramiccache WHERE provider = 'Provider0'
    """,
    "account_addresslistmember": """
        INSERT INTO account_addresslistmember (address, list_id)
        SELECT address, list.id FROM holders, account_addresslist list
    """,
    "stake_stake": """
        INSERT INTO stake_stake (chain, staker, stakee, current_amount, lock_time, unlock_time, last_updated_in_block)
        SELECT 10, address, address, 10, now(), now() + interval '90 days', n FROM holders
    """,
    "registry_gtcstakeevent": """
        INSERT INTO registry_gtcstakeevent (event_type, round_id, staker, amount, staked, block_number, tx_hash)
        SELECT 'SelfStake', 1, address, 10, true, n, '0x' || md5(n::text) FROM holders
    """,
    "cgrants_protocolcontributions": """
        INSERT INTO cgrants_protocolcontributions (ext_id, contributor, round, project, amount, data)
        SELECT md5(n::text), address, '0x' || md5('round'), '0x' || md5('project' || n % 100), 5, '{}' FROM holders
    """,
    "cgrants_contribution": """
        INSERT INTO cgrants_contribution (id, success, amount_per_period_usdt, data, subscription_id)
        SELECT n, true, 10, '{}', subscription.id FROM holders, cgrants_subscription subscription
    """,
    "cgrants_grantcontributionindex": """
        INSERT INTO cgrants_grantcontributionindex
            (round_num, contributor_address, amount, contribution_id, grant_id, profile_id)
        SELECT 12, address, 10, n, subscription.grant_id, profile.id
        FROM holders, cgrants_subscription subscription, cgrants_profile profile
    """,
    "account_accountapikeyanalytics": """
        INSERT INTO account_accountapikeyanalytics
            (api_key_id, created_at, path, path_segments, query_params, headers, response_skipped, status_code)
        SELECT key.id, now() - n * interval '1 minute', '/v2/stamps/2/score/' || address,
               jsonb_build_array('v2', 'stamps', '2', 'score', address), '{}', '{}', false, 200
        FROM holders, account_accountapikey key
    """,
    "registry_humanpoints": """
        INSERT INTO registry_humanpoints (address, action, chain_id, provider, tx_hash, timestamp)
        SELECT address, 'SCB', 0, '', '', now() FROM holders
    """,
    "registry_humanpointscommunityqualifiedusers": f"""
        INSERT INTO registry_humanpointscommunityqualifiedusers (address, community_id)
        SELECT address, {PARTNER_COMMUNITY} FROM holders
    """,
    "registry_humanpointsmultiplier": """
        INSERT INTO registry_humanpointsmultiplier (address, multiplier) SELECT address, 2 FROM holders
    """,
}

HOLDERS = f"CREATE TEMPORARY TABLE holders AS SELECT n, {ADDRESS} AS address FROM generate_series(1, %s) n"
HELD = "CREATE TEMPORARY VIEW held AS SELECT n, k, address FROM holders, generate_series(0, 9) k"

# Indexes that no constraint stands for: building one over finished rows takes a fraction of keeping it meanwhile.
PLAIN_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = %s AND schemaname = 'public'
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname) ORDER BY indexname
"""


def filler_address(number: int) -> str:
    """The address of a row of `holders`, from 1."""
    digests = (hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() for text in (f"{number}", f"a{number}"))
    return f"0x{next(digests)}{next(digests)[:8]}"


def fill(connection: Connection, size: Size) -> None:
    """Fill all tables, in a transaction each. Needs a superuser: foreign keys are not checked, they would take longer
    than the rows."""
    connection.execute("SET session_replication_role = replica")
    connection.execute(HOLDERS.replace("%s", str(size.addresses)))
    connection.execute(HELD)
    connection.execute("ANALYZE holders")
    for table, statement in FILLING.items():
        with connection.transaction(), without_indexes(connection, table):
            connection.execute(statement)
    connection.execute("RESET session_replication_role")
    connection.execute("DROP VIEW held")
    connection.execute("DROP TABLE holders")


@contextmanager
def without_indexes(connection: Connection, table: str) -> Iterator[None]:
    indexes = connection.execute(PLAIN_INDEXES, [table]).fetchall()
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for _, definition in indexes:
        connection.execute(definition)
