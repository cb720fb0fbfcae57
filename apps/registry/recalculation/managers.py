"""The first half of a batch's SQL: which passports there are, and all that their scores need."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from apps.ceramic_cache.revoked_proofs import NOT_REVOKED, REVOKED_JWS
from apps.registry.managers.communities import BY_ID, scorer_values
from apps.registry.managers.outcomes import count_from, count_steps
from apps.registry.managers.snapshots import AWARDING_LISTS, SNAPSHOT, known_values, snapshot_from
from apps.registry.recalculation.loaded_rows import stamps_by_passport
from apps.registry.recalculation.records import (
    Community,
    LoadedPassport,
    Manner,
    PreviousScore,
    Selection,
)
from apps.registry.scoring.proof_values import SECP256K1_ORDER
from apps.registry.scoring.records import HashLink, HumanPoint, PointsState, Snapshot
from scorer_v2.database.round_trips import BEGIN, Step, fetch, send, statement

# The communities that have passports to recompute.
COMMUNITIES = statement(
    "registry.recalculation_communities",
    """
    SELECT community.id, community.human_points_program AND %(award_points)s FROM account_community community
    WHERE (%(community_ids)s::bigint[] IS NULL OR community.id = ANY(%(community_ids)s::bigint[]))
      AND EXISTS (SELECT FROM registry_passport passport WHERE passport.community_id = community.id
                  AND (%(addresses)s::text[] IS NULL OR passport.address = ANY(%(addresses)s::text[])))
    ORDER BY community.id
    """,
)

# A time of the future, of a clock that was ahead, does not tell since when a score is as it is.
_SELECTED = """
    FROM registry_passport passport LEFT JOIN registry_score score ON score.passport_id = passport.id
    WHERE passport.address IS NOT NULL
      AND (%(addresses)s::text[] IS NULL OR passport.address = ANY(%(addresses)s::text[]))
      AND (%(since)s::timestamptz IS NULL OR score.last_score_timestamp IS NULL
           OR score.last_score_timestamp < %(since)s OR score.last_score_timestamp > now())
"""

# How many passports there are to recompute.
COUNT_PASSPORTS = statement(
    "registry.count_recalculation",
    f"""
    SELECT count(*) {_SELECTED} AND passport.community_id IS NOT NULL
      AND (%(community_ids)s::bigint[] IS NULL OR passport.community_id = ANY(%(community_ids)s::bigint[]))
    """,
)

# The next ids of a community's passports to recompute.
PASSPORT_IDS = statement(
    "registry.recalculation_ids",
    f"""
    SELECT passport.id {_SELECTED} AND passport.community_id = %(community_id)s AND passport.id > %(after)s
    ORDER BY passport.id LIMIT %(limit)s
    """,
)

# Locks the passports, as every scoring does; those that are gone are left out.
LOCK = statement(
    "registry.lock_passports",
    """
    SELECT id, address FROM registry_passport
    WHERE id = ANY(%(passport_ids)s::bigint[]) AND community_id = %(scorer_id)s AND address IS NOT NULL
    ORDER BY id FOR UPDATE
    """,
)

# A batch's kept stamps are hashed with their credentials: without this they would go through files.
MEMORY = statement("registry.recalculation_memory", "SET LOCAL work_mem = '64MB'")

_OWN_JWS = "ARRAY[credential #>> '{proof,jws}']"

# Each live, unrevoked stamp beside each row that the last scorings kept of its provider, and what has no other side; in
# no order. `is_kept`: the row has the same bytes. First they are compared as they are stored, compressed: a row that is
# an element of a row is not unpacked for the comparison. Adding an empty object to a credential unpacks it, once for
# all that look into it. Where the proof was verified, only those members come that decide about a score. A proof whose
# signature is not canonical (D24) does not count as verified: the replaced scorer kept such stamps. The limits are
# those of a snapshot, for each passport. An Ed25519 proof that is revoked in another row (D23) is looked for by its
# JWS.
STAMPS = statement(
    "registry.stamps_of_passports",
    f"""
    SELECT passport_id, kept_id, CASE WHEN is_proven OR is_small AND NOT is_revoked THEN stored_id END,
           provider, updated_at, is_kept,
           CASE WHEN is_small THEN document END,
           CASE WHEN is_proven THEN concat(
               '{{"issuer":', coalesce(credential -> 'issuer', 'null'),
               ',"expirationDate":', coalesce(credential -> 'expirationDate', 'null'),
               ',"credentialSubject":{{"id":', coalesce(credential -> 'credentialSubject' -> 'id', 'null'),
               ',"provider":', coalesce(credential -> 'credentialSubject' -> 'provider', 'null'),
               ',"hash":' || (credential -> 'credentialSubject' -> 'hash')::text,
               ',"nullifiers":', coalesce(credential -> 'credentialSubject' -> 'nullifiers', 'null'), '}}}}') END
    FROM (
      SELECT *, octet_length(document) <= %(max_stamp_bytes)s::bigint AS is_small,
             CASE WHEN credential #>> '{{proof,type}}' = 'Ed25519Signature2018'
                  THEN EXISTS (SELECT {REVOKED_JWS.format(jws=_OWN_JWS)}) ELSE false END AS is_revoked
      FROM (
       SELECT *, CASE WHEN NOT is_proven THEN credential::text END AS document
       FROM (
        SELECT *, %(trusts_kept_proofs)s AND is_kept AND
                  coalesce(credential -> 'proof' ->> 'type' = 'EthereumEip712Signature2021'
                           AND credential -> 'proof' ->> 'proofValue' ~ '^0x[0-9a-f]{{128}}1[bc]$'
                           AND substr(credential -> 'proof' ->> 'proofValue', 67, 64) COLLATE "C" <= %(max_s)s,
                           false) AS is_proven
        FROM (
            SELECT coalesce(held.passport_id, kept.passport_id) AS passport_id, kept.id AS kept_id, held.stored_id,
                   held.provider, held.updated_at, held.stamp || '{{}}' AS credential,
                   CASE WHEN record_image_eq(ROW(ROW(held.stamp)), ROW(ROW(kept.credential))) THEN true
                        ELSE record_image_eq(ROW(held.stamp), ROW(kept.credential)) END AS is_kept
            FROM (
               SELECT passport_id, stored_id, provider, updated_at, stamp
               FROM (
                SELECT passport.id AS passport_id, stored.id AS stored_id, stored.provider, stored.updated_at,
                       stored.stamp, row_number() OVER newest AS place,
                       sum(pg_column_size(stored.stamp)) OVER newest AS total
                FROM registry_passport passport
                JOIN ceramic_cache_ceramiccache stored
                  ON stored.address = passport.address AND stored.deleted_at IS NULL
                WHERE passport.id = ANY(%(passport_ids)s::bigint[]) AND {NOT_REVOKED}
                    AND pg_column_size(stored.stamp) <= %(max_stamp_bytes)s::bigint
                WINDOW newest AS (PARTITION BY passport.id ORDER BY stored.id DESC)
               ) counted
               WHERE place <= %(max_stamps)s::bigint AND total <= %(max_total_bytes)s::bigint
            ) held
            FULL JOIN (
                SELECT passport_id, id, provider, credential FROM registry_stamp
                WHERE passport_id = ANY(%(passport_ids)s::bigint[])
            ) kept ON kept.passport_id = held.passport_id AND kept.provider = held.provider
            OFFSET 0
        ) compared
        OFFSET 0
       ) judged
       OFFSET 0
      ) unpacked
      OFFSET 0
    ) loaded
    """,
)

# The stored scores, as far as they are compared.
PREVIOUS = statement(
    "registry.previous_scores",
    """
    SELECT passport_id, status, coalesce(score = 1, false), evidence ->> 'rawScore' FROM registry_score
    WHERE passport_id = ANY(%(passport_ids)s::bigint[])
    """,
)

# What is known of the addresses' human points; nothing outside of the programme.
POINTS = statement(
    "registry.points_of_passports",
    """
    SELECT passport.id,
           (SELECT array_agg(community_id) FROM registry_humanpointscommunityqualifiedusers qualified
             WHERE qualified.address = passport.address),
           (SELECT jsonb_agg(jsonb_build_array(action, provider, tx_hash, chain_id)) FROM registry_humanpoints held
             WHERE held.address = passport.address)::text,
           (SELECT array_agg(list.name) FROM account_addresslistmember member
              JOIN account_addresslist list ON list.id = member.list_id
             WHERE member.address = passport.address AND list.name = ANY(%(awarding_lists)s))
    FROM registry_passport passport JOIN account_community community ON community.id = passport.community_id
    WHERE passport.id = ANY(%(passport_ids)s::bigint[]) AND community.human_points_program AND %(points_wanted)s
    """,
)

# The community's links of the passports' addresses: in one place for each address, where those of its nullifiers are
# spread over the whole index.
OWN_LINKS = statement(
    "registry.links_of_passports",
    """
    SELECT link.hash, link.address, link.expires_at
    FROM registry_passport passport
    JOIN registry_hashscorerlink link ON link.address = passport.address AND link.community_id = %(scorer_id)s
    WHERE passport.id = ANY(%(passport_ids)s::bigint[])
    """,
)

# The community's links of these nullifiers.
LINKS = statement(
    "registry.links_of_nullifiers",
    """
    SELECT hash, address, expires_at FROM registry_hashscorerlink
    WHERE community_id = %(community_id)s AND hash = ANY(%(hashes)s::text[])
    """,
)


def find_communities(selection: Selection, *, award_points: bool) -> list[Community]:
    """Those of the selection that have passports. Raises DatabaseUnavailable."""
    values = {**_values(selection), "award_points": award_points}
    return [Community(*row) for row in fetch(COMMUNITIES, values)]


def count_passports(selection: Selection) -> int:
    return int(fetch(COUNT_PASSPORTS, _values(selection))[0][0])


def passport_ids(selection: Selection, *, community_id: int, after: int, limit: int) -> list[int]:
    """The next ones after `after`, in ascending order."""
    values = {**_values(selection), "community_id": community_id, "after": after, "limit": limit}
    return [passport_id for (passport_id,) in fetch(PASSPORT_IDS, values)]


def open_batch(
    ids: Sequence[int], *, community_id: int, manner: Manner, now: datetime
) -> tuple[Snapshot | None, list[LoadedPassport]]:
    """Begins a transaction, locks the passports and loads them, in one round trip; and the community without an
    address, with the addresses' links, None where it is gone.

    Raises UnscorableCommunity, Conflict and DatabaseUnavailable.
    """
    values = {
        **scorer_values(community_id),
        "passport_ids": list(ids),
        "trusts_kept_proofs": manner.trusts_kept_proofs,
        "max_s": f"{SECP256K1_ORDER // 2:064x}",
        "points_wanted": manner.rules.award_points,
        "awarding_lists": AWARDING_LISTS,
        "address": None,
        "now": now,
        **known_values(None),
    }
    loading = (SNAPSHOT[BY_ID], STAMPS, PREVIOUS, POINTS, OWN_LINKS)
    steps = (BEGIN, Step(MEMORY), Step(LOCK, values), *(Step(wanted, values) for wanted in loading))
    _, _, locked, community, stamps, previous, points, links = send(*steps, restartable=True)
    stamps_of, kept_of = stamps_by_passport(stamps)
    previous_of = {row[0]: row[1:] for row in previous}
    points_of = {passport_id: _points(*state) for passport_id, *state in points}
    passports = [
        LoadedPassport(
            id=passport_id,
            address=address,
            stamps=stamps_of.get(passport_id, ()),
            kept_rows=kept_of.get(passport_id, ()),
            points=points_of.get(passport_id),
            previous=PreviousScore(*previous_of[passport_id]) if passport_id in previous_of else None,
        )
        for passport_id, address in locked
    ]
    snapshot = snapshot_from(community, "")
    if snapshot is not None:
        snapshot = replace(snapshot, links={row[0]: HashLink._make(row) for row in links})
    return snapshot, passports


def find_links(hashes: Iterable[str], *, community_id: int) -> dict[str, HashLink]:
    """Of these nullifiers in the community; within the open transaction."""
    values = {"community_id": community_id, "hashes": list(hashes)}
    rows = send(Step(LINKS, values))[0]
    return {row[0]: HashLink._make(row) for row in rows}


def count_metamask_awards() -> int:
    """How many exist, up to the cap; held until the commit."""
    return count_from(send(*count_steps())[-1])


def _values(selection: Selection) -> dict[str, Any]:
    return {
        "community_ids": list(selection.community_ids) if selection.community_ids is not None else None,
        "addresses": list(selection.addresses) if selection.addresses is not None else None,
        "since": selection.not_scored_since,
    }


def _points(qualified: list[int] | None, held: str | None, lists: list[str] | None) -> PointsState:
    return PointsState(
        qualified_communities=frozenset(qualified or ()),
        held=frozenset(HumanPoint(*row) for row in json.loads(held or "[]")),
        address_lists=frozenset(lists or ()),
    )
