"""What holds in the tables at every moment, whoever is scoring: named questions, each of which finds no row.

    with database.connect() as connection:
        faults = check_all(connection, figures)     # the violations, in words

All of them ask one snapshot of the database. They are written from the contract (section 3), for worlds in which
`FF_MULTI_NULLIFIER` is on, no two providers of an address share a nullifier, and weights have few decimals.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg

from tools.prove.figures import Figures

SHOWN = 3

# Every nullifier of every stamp that a score counts.
COUNTED = """
    WITH kept AS (
        SELECT passport.community_id, passport.address, stamp.passport_id, stamp.provider,
               (stamp.credential ->> 'expirationDate')::timestamptz AS expires_at,
               stamp.credential -> 'credentialSubject' AS subject
        FROM registry_stamp stamp JOIN registry_passport passport ON passport.id = stamp.passport_id
    ),
    counted AS (
        SELECT kept.*, nullifier.hash FROM kept, jsonb_array_elements_text(
            CASE WHEN subject ? 'hash' THEN jsonb_build_array(subject -> 'hash') ELSE subject -> 'nullifiers' END
        ) nullifier(hash)
    )
"""

# Every computed score, with the sums of its stamp rows.
DONE = """
    WITH rows AS (
        SELECT passport_id, array_agg(provider::text ORDER BY provider::text COLLATE "C") AS providers,
               min((credential ->> 'expirationDate')::timestamptz) AS expires_at
        FROM registry_stamp GROUP BY passport_id
    ),
    done AS (
        SELECT score.*, passport.address, passport.community_id,
               coalesce(rows.providers, '{}') AS kept, rows.expires_at AS kept_until,
               (score.evidence ->> 'rawScore')::numeric AS total, (score.evidence ->> 'threshold')::numeric AS threshold
        FROM registry_score score JOIN registry_passport passport ON passport.id = score.passport_id
        LEFT JOIN rows ON rows.passport_id = score.passport_id
        WHERE score.status = 'DONE'
    )
"""

INVARIANTS: Mapping[str, str] = {
    "one owner per nullifier and community": """
        SELECT community_id, hash, count(*) FROM registry_hashscorerlink GROUP BY 1, 2 HAVING count(*) > 1
    """,
    "no nullifier counts in two scores of a community": f"""
        {COUNTED} SELECT community_id, hash, array_agg(DISTINCT address) FROM counted WHERE expires_at > now()
        GROUP BY 1, 2 HAVING count(DISTINCT passport_id) > 1
    """,
    "who counts a nullifier owns it, until the credential ends": f"""
        {COUNTED} SELECT community_id, address, hash, expires_at FROM counted WHERE expires_at > now() AND NOT EXISTS (
            SELECT FROM registry_hashscorerlink link
            WHERE (link.community_id, link.hash, link.address, link.expires_at)
                = (counted.community_id, counted.hash, counted.address, counted.expires_at))
    """,
    "one stamp row per passport and provider": """
        SELECT passport_id, provider, count(*) FROM registry_stamp GROUP BY 1, 2 HAVING count(*) > 1
    """,
    "one live stored stamp per address, provider and type": """
        SELECT address, provider, type, count(*) FROM ceramic_cache_ceramiccache WHERE deleted_at IS NULL
        GROUP BY 1, 2, 3 HAVING count(*) > 1
    """,
    "one passport per address and community": """
        SELECT address, community_id, count(*) FROM registry_passport GROUP BY 1, 2 HAVING count(*) > 1
    """,
    "every passport has exactly one finished score": """
        SELECT passport.id, array_agg(score.status) FROM registry_passport passport
        LEFT JOIN registry_score score ON score.passport_id = passport.id
        GROUP BY 1 HAVING count(score.id) <> 1 OR bool_or(score.status NOT IN ('DONE', 'ERROR'))
    """,
    "a score says what its last event says": f"""
        {DONE} SELECT done.id, done.address, done.last_score_timestamp, event.fields FROM done LEFT JOIN LATERAL (
            SELECT data -> 'fields' AS fields FROM registry_event event
            WHERE event.action = 'SCU' AND event.address = done.address AND event.community_id = done.community_id
              AND (event.data ->> 'pk')::bigint = done.id ORDER BY event.id DESC LIMIT 1
        ) event ON true
        WHERE (event.fields ->> 'score', event.fields -> 'evidence', event.fields -> 'stamp_scores',
               event.fields -> 'stamps', (event.fields ->> 'passport')::bigint, event.fields ->> 'status',
               (event.fields ->> 'last_score_timestamp')::timestamptz)
           IS DISTINCT FROM (done.score::int::text, done.evidence, done.stamp_scores, done.stamps, done.passport_id,
               'DONE', date_trunc('milliseconds', done.last_score_timestamp))
           OR (event.fields ->> 'expiration_date')::timestamptz IS DISTINCT FROM done.expiration_date
    """,
    "a score counts its stamp rows, and nothing else": f"""
        {DONE} SELECT id, address, kept, stamp_scores FROM done WHERE kept IS DISTINCT FROM ARRAY(
            SELECT name FROM jsonb_object_keys(stamp_scores) name ORDER BY name COLLATE "C")
           OR kept IS DISTINCT FROM ARRAY(
                SELECT entry.key FROM jsonb_each(stamps) entry
                WHERE NOT (entry.value ->> 'dedup')::boolean ORDER BY entry.key COLLATE "C")
    """,
    "a score is the sum of its stamps, and passes from the threshold on": f"""
        {DONE} SELECT id, address, score, evidence, stamp_scores FROM done
        WHERE total IS DISTINCT FROM (SELECT coalesce(sum(value::numeric), 0) FROM jsonb_each_text(stamp_scores))
           OR (score = 1) <> (total >= threshold) OR (evidence ->> 'success')::boolean <> (score = 1)
    """,
    "a score ends with the first of its stamps": f"""
        {DONE} SELECT id, address, expiration_date, kept_until FROM done
        WHERE expiration_date IS DISTINCT FROM kept_until
    """,
    "a deduplicated stamp has its event": f"""
        {DONE} SELECT done.id, done.address, entry.key FROM done, jsonb_each(stamps) entry
        WHERE (entry.value ->> 'dedup')::boolean AND NOT EXISTS (
            SELECT FROM registry_event event WHERE event.action = 'LDP' AND event.address = done.address
              AND event.community_id = done.community_id AND event.created_at = done.last_score_timestamp
              AND event.data ->> 'provider' = entry.key)
    """,
    "who passes in the programme is qualified": f"""
        {DONE} SELECT done.id, done.address FROM done JOIN account_community community ON community.id = community_id
        WHERE community.human_points_program AND done.score = 1 AND NOT EXISTS (
            SELECT FROM registry_humanpointscommunityqualifiedusers qualified
            WHERE qualified.address = done.address AND qualified.community_id = done.community_id)
    """,
}

# Of scores that nothing changed since: what is due by the stored stamps and the links, and what is there. Stamps that
# ended between the scoring and now are left out on both sides; another's that ended since did own its nullifiers.
DUE = """
    WITH due AS (
        SELECT passport.id AS passport_id, passport.community_id, passport.address, stored.provider, stored.stamp,
               EXISTS (
                   SELECT FROM jsonb_array_elements_text(stored.stamp #> '{credentialSubject,nullifiers}') nullifier
                   JOIN registry_hashscorerlink link ON link.hash = nullifier
                   WHERE link.community_id = passport.community_id AND link.address <> passport.address
                     AND link.expires_at > score.last_score_timestamp) AS lost
        FROM registry_passport passport
        JOIN registry_score score ON score.passport_id = passport.id
        JOIN ceramic_cache_ceramiccache stored ON stored.address = passport.address
        WHERE stored.deleted_at IS NULL AND stored.expiration_date > now()
          AND NOT EXISTS (SELECT FROM ceramic_cache_revocation revoked WHERE revoked.ceramic_cache_id = stored.id)
    ),
    found AS (
        SELECT score.passport_id, entry.key AS provider, (entry.value ->> 'dedup')::boolean AS lost, stamp.credential
        FROM registry_score score CROSS JOIN LATERAL jsonb_each(score.stamps) entry
        LEFT JOIN registry_stamp stamp ON stamp.passport_id = score.passport_id AND stamp.provider = entry.key
        WHERE (entry.value ->> 'expiration_date')::timestamptz > now()
    )
    SELECT passport_id, community_id, address, coalesce(due.provider, found.provider), due.lost, found.lost
    FROM due FULL JOIN found USING (passport_id, provider)
    WHERE due.lost IS DISTINCT FROM found.lost OR (NOT due.lost AND due.stamp IS DISTINCT FROM found.credential)
"""
FRESH = "a new score counts the live stamps, less those whose nullifier another owns"


def check_fresh(connection: psycopg.Connection[Any], figures: Figures) -> None:
    """Of a database in which every passport was scored after the last change."""
    rows = connection.execute(DUE).fetchall()
    ((scores,),) = connection.execute("SELECT count(*) FROM registry_score").fetchall()
    figures.checked(FRESH, scores)
    if rows:
        figures.failed(f"{FRESH}: {len(rows)} violations, such as {rows[:SHOWN]}")


def check_all(connection: psycopg.Connection[Any], figures: Figures) -> list[str]:
    """The violations in one snapshot, in words. Each invariant is counted once, and each violation as a failure."""
    found = list(_violations(connection, figures))
    for violation in found:
        figures.failed(violation)
    return found


def _violations(connection: psycopg.Connection[Any], figures: Figures) -> Iterator[str]:
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for name, question in INVARIANTS.items():
            rows = connection.execute(question).fetchall()
            figures.checked(name)
            if rows:
                yield f"{name}: {len(rows)} violations, such as {rows[:SHOWN]}"
