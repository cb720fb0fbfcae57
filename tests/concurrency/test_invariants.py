"""Every invariant finds what breaks it; else a storm would show nothing."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.concurrency.invariants import DUE, INVARIANTS, check_all
from tests.server.callers import ADDRESS, OTHER_ADDRESS, PROVIDERS, Partner, credential, partner, store_stamps
from tests.server.servers import Service
from tools.prove.figures import Figures

pytestmark = pytest.mark.xdist_group("storm")

# What is done to the rows of two scored addresses, of which the second lost a stamp; its first one was kept.
BREAKS = {
    "one owner per nullifier and community": """
        INSERT INTO registry_hashscorerlink (hash, address, community_id, expires_at)
        SELECT hash, 'another', community_id, expires_at FROM registry_hashscorerlink
    """,
    "no nullifier counts in two scores of a community": """
        INSERT INTO registry_stamp (passport_id, provider, credential)
        SELECT other.id, 'copied', credential FROM registry_stamp stamp, registry_passport other
        WHERE other.id <> stamp.passport_id
    """,
    "who counts a nullifier owns it, until the credential ends": "DELETE FROM registry_hashscorerlink",
    "one stamp row per passport and provider": """
        INSERT INTO registry_stamp (passport_id, provider, credential)
        SELECT passport_id, provider, credential FROM registry_stamp
    """,
    "one live stored stamp per address, provider and type": """
        INSERT INTO ceramic_cache_ceramiccache (type, address, provider, stamp, proof_value, updated_at,
                                                compose_db_save_status, compose_db_stream_id)
        SELECT type, address, provider, stamp, proof_value, updated_at, compose_db_save_status, compose_db_stream_id
        FROM ceramic_cache_ceramiccache
    """,
    "one passport per address and community": """
        INSERT INTO registry_passport (address, community_id) SELECT address, community_id FROM registry_passport
    """,
    "every passport has exactly one finished score": "UPDATE registry_score SET status = 'PROCESSING'",
    "a score says what its last event says": "UPDATE registry_score SET last_score_timestamp = now()",
    "a score counts its stamp rows, and nothing else": "DELETE FROM registry_stamp",
    "a score is the sum of its stamps, and passes from the threshold on": "UPDATE registry_score SET score = 1 - score",
    "a score ends with the first of its stamps": "UPDATE registry_score SET expiration_date = now()",
    "a deduplicated stamp has its event": "DELETE FROM registry_event WHERE action = 'LDP'",
    "who passes in the programme is qualified": "DELETE FROM registry_humanpointscommunityqualifiedusers",
}
UNIQUE = """
    SELECT DISTINCT 'DROP INDEX ' || indexrelid::regclass FROM pg_index
    WHERE indisunique AND NOT indisprimary AND indrelid::regclass::text = ANY(
        '{registry_hashscorerlink,registry_passport,ceramic_cache_ceramiccache,registry_score}')
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    UNION
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname) FROM pg_constraint
    WHERE contype = 'u' AND conrelid::regclass::text = ANY(
        '{registry_hashscorerlink,registry_passport,ceramic_cache_ceramiccache,registry_score}')
"""


@pytest.fixture
def scored(stormy_service: Service) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """In a transaction that is undone, without the unique indexes that keep some of it from happening."""
    caller: Partner = partner(stormy_service, human_points_program=True)
    for address, second in ((ADDRESS, "v0:a"), (OTHER_ADDRESS, "v0:b")):
        shared = credential(stormy_service.issuer, address, PROVIDERS[0], nullifiers=["v0:shared"])
        own = credential(stormy_service.issuer, address, PROVIDERS[1], nullifiers=[second])
        store_stamps(address, [shared, own])
        assert caller.score(address).status == 200
    with stormy_service.database.connect(autocommit=False) as connection:
        for (statement,) in connection.execute(UNIQUE).fetchall():
            connection.execute(statement)
        yield connection
        connection.rollback()


@pytest.mark.parametrize("broken", INVARIANTS)
def test_it_is_found_broken(scored: psycopg.Connection[tuple[object, ...]], broken: str) -> None:
    scored.execute(INVARIANTS[broken])
    scored.execute(BREAKS[broken])
    assert scored.execute(INVARIANTS[broken]).fetchall()


def test_all_hold_where_nothing_is_broken(stormy_service: Service) -> None:
    figures = Figures()
    with stormy_service.database.connect() as connection:
        assert check_all(connection, figures) == []
    assert dict(figures.invariants) == dict.fromkeys(INVARIANTS, 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ceramic_cache_ceramiccache SET deleted_at = now()",
        "UPDATE registry_hashscorerlink SET address = 'another'",
        "UPDATE registry_hashscorerlink SET expires_at = '2000-01-01'",
        "DELETE FROM registry_stamp",
        "UPDATE registry_stamp SET credential = '{}'",
        "INSERT INTO ceramic_cache_revocation (proof_value, ceramic_cache_id) "
        "SELECT proof_value, id FROM ceramic_cache_ceramiccache",
    ],
)
def test_a_score_that_is_not_what_is_due_is_found(scored: psycopg.Connection[tuple[object, ...]], change: str) -> None:
    assert scored.execute(DUE).fetchall() == []
    scored.execute(change)
    assert scored.execute(DUE).fetchall()


def test_an_owner_whose_credential_ended_after_the_scoring_was_one(
    scored: psycopg.Connection[tuple[object, ...]],
) -> None:
    scored.execute("UPDATE registry_hashscorerlink SET expires_at = now()")
    assert scored.execute(DUE).fetchall() == []
