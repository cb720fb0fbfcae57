"""The first round trip of a score: enter the passport, and load all that the score needs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from apps.ceramic_cache.revoked_proofs import NOT_REVOKED, revoked_jws_among, signed_jws
from apps.registry.managers.communities import LOOKUPS, CommunityLookup
from apps.registry.scoring.records import HashLink, HumanPoint, PointsState, Snapshot, StoredStamp
from apps.registry.scoring.remembered_stamps import RememberedStamps
from scorer_v2.conf import settings
from scorer_v2.database.round_trips import Rows, Statement, statement

# Locks the passport of (address, community), creating it where it is missing. Two requests for it run one after the
# other; the later one's snapshot sees what the earlier one committed. A passport that another request creates at
# this moment is neither found nor created: no id, and the service starts over.
_ENTER = """
WITH community AS ({community}),
held AS (
    SELECT passport.id FROM registry_passport passport
    WHERE passport.address = %(address)s AND passport.community_id = (SELECT id FROM community)
    FOR UPDATE
),
created AS (
    INSERT INTO registry_passport (address, community_id)
    SELECT %(address)s, community.id FROM community
    WHERE %(address)s::text IS NOT NULL AND NOT EXISTS (SELECT FROM held)
    ON CONFLICT (address, community_id) DO NOTHING
    RETURNING id
)
SELECT coalesce((SELECT id FROM held), (SELECT id FROM created)), EXISTS (SELECT FROM created)
"""

# What is known of an address's human points; nothing outside of the programme.
POINTS = """
    (SELECT array_agg(community_id) FROM registry_humanpointscommunityqualifiedusers
      WHERE address = %(address)s AND {wanted}),
    (SELECT jsonb_agg(jsonb_build_array(action, provider, tx_hash, chain_id)) FROM registry_humanpoints
      WHERE address = %(address)s AND {wanted})::text,
    (SELECT array_agg(list.name) FROM account_addresslistmember member
       JOIN account_addresslist list ON list.id = member.list_id
      WHERE member.address = %(address)s AND list.name = ANY(%(awarding_lists)s) AND {wanted}),
    (SELECT jsonb_object_agg(action, points) FROM registry_humanpointsconfig WHERE active AND {wanted})::text,
    (SELECT multiplier FROM registry_humanpointsmultiplier WHERE address = %(address)s AND {wanted})
"""

AWARDING_LISTS = ["MetaMaskOG2", "SeasonedPassportOGs", "TheChosenOnes"]

# The weights that the community's customisation lays over its scorer's (3.7).
OVERLAY = """
CROSS JOIN LATERAL (
    SELECT array_agg(entry.provider ORDER BY entry.kind, entry.id) AS providers,
           array_agg(entry.weight ORDER BY entry.kind, entry.id) AS weights
    FROM account_customization customization
    CROSS JOIN LATERAL (
        SELECT 1 AS kind, allowed.id, 'AllowList#' || list.name AS provider, allowed.weight
        FROM account_allowlist allowed JOIN account_addresslist list ON list.id = allowed.address_list_id
        WHERE allowed.customization_id = customization.id
        UNION ALL
        SELECT 2, custom.id, ruleset.provider_id, custom.weight
        FROM account_customcredential custom
        JOIN account_customcredentialruleset ruleset ON ruleset.id = custom.ruleset_id
        WHERE custom.customization_id = customization.id
    ) entry
    WHERE customization.scorer_id = community.id
) overlay
"""

# All that one scoring reads, in one row. The live, unrevoked stamps of the address come by ascending id; the links are
# those of every nullifier that any of them names, in this community; the overlay are the customisation's weights.
# Where the rows of the stamps are those of the version that the service knows, the stamps stay here: unpacking and
# sending them takes longer than all the rest. A row that is written gets another xmin, whatever is written; the time
# tells apart what two primaries, before and after a failover, wrote under one number.
# An address with more stamps than the limits allow (rows of before there were limits) has its newest read, by id; sizes
# are looked at as stored, before anything is unpacked, and once more as text, of one stamp at a time.
# An Ed25519 proof may be revoked in another row: the version names the revoked ones among the address's, so that it
# changes when one is revoked, and when a revocation is taken back.
# Nullifiers are looked for as an array, so that the index is used whatever the planner takes their number for: as a
# sub-select they once had all links of a community read, 200,000 in 43 ms instead of 20 in 0.3.
_SNAPSHOT = """
WITH community AS ({community}),
live_of_any_number AS MATERIALIZED (
    SELECT stored.id, stored.type, stored.provider, stored.updated_at, stored.xmin, stored.stamp,
           pg_column_size(stored.stamp) AS size
    FROM ceramic_cache_ceramiccache stored
    WHERE stored.address = %(address)s AND stored.deleted_at IS NULL
      AND {not_revoked}
),
held AS MATERIALIZED (
    SELECT count(*) AS number,
    CASE WHEN count(*) > %(max_stamps)s::bigint OR sum(size) > %(max_total_bytes)s::bigint THEN (
        SELECT min(id) FROM (
            SELECT id, row_number() OVER newest AS place, sum(size) OVER newest AS total
            FROM live_of_any_number WHERE size <= %(max_stamp_bytes)s::bigint WINDOW newest AS (ORDER BY id DESC)
        ) counted
        WHERE place <= %(max_stamps)s::bigint AND total <= %(max_total_bytes)s::bigint
    ) ELSE 0 END AS first_id FROM live_of_any_number
),
live AS NOT MATERIALIZED (
    SELECT * FROM live_of_any_number
    WHERE id >= (SELECT first_id FROM held) AND size <= %(max_stamp_bytes)s::bigint
),
version AS MATERIALIZED (
    SELECT rows_of.version,
           rows_of.version || array_to_string({known_revoked_jws}, ' ', '') IS NOT DISTINCT FROM %(known_version)s::text
           AS is_known
    FROM (SELECT string_agg(concat_ws(' ', id, xmin, updated_at), ',' ORDER BY id) AS version FROM live) rows_of
),
readable AS MATERIALIZED (
    SELECT id, type, provider, updated_at, document, stamp -> 'credentialSubject' AS subject,
           CASE WHEN strpos(document, '"jws"') > 0 THEN {signed_jws} END AS jws
    FROM (SELECT *, stamp::text AS document FROM live WHERE NOT (SELECT is_known FROM version) OFFSET 0) unpacked
    WHERE octet_length(document) <= %(max_stamp_bytes)s::bigint
),
proofs AS MATERIALIZED (
    SELECT CASE WHEN is_known THEN %(known_jws)s::text[]
                ELSE ARRAY(SELECT jws FROM readable WHERE jws IS NOT NULL ORDER BY id) END AS jws FROM version
),
revoked_proofs AS MATERIALIZED (SELECT {revoked_jws} AS jws FROM proofs),
unknown AS MATERIALIZED (
    SELECT * FROM readable WHERE jws IS NULL OR jws <> ALL((SELECT jws FROM revoked_proofs)::text[])
),
nullifier AS (
    SELECT subject ->> 'hash' AS hash FROM unknown
    UNION
    SELECT element FROM unknown, jsonb_array_elements_text(
        CASE jsonb_typeof(subject -> 'nullifiers') WHEN 'array' THEN subject -> 'nullifiers' ELSE '[]' END) element
),
named AS MATERIALIZED (SELECT ARRAY(SELECT hash FROM nullifier WHERE hash IS NOT NULL)::text[] AS hashes)
SELECT community.id, community.rule, community.human_points_program,
       CASE scorer.type WHEN 'WEIGHTED' THEN weighted.weights ELSE binary_weighted.weights END::text,
       CASE scorer.type WHEN 'WEIGHTED' THEN weighted.threshold
                        WHEN 'WEIGHTED_BINARY' THEN binary_weighted.threshold END,
       stamps.ids, stamps.types, stamps.providers, stamps.updated_ats, stamps.documents,
       version.version || array_to_string(revoked_proofs.jws, ' ', ''), named.hashes, proofs.jws,
       (SELECT number FROM held) - (SELECT count(*) FROM unnest(proofs.jws) jws WHERE jws = ANY(revoked_proofs.jws)),
       links.hashes, links.addresses, links.expiries,
       overlay.providers, overlay.weights,
       {points}
FROM community
CROSS JOIN version CROSS JOIN named CROSS JOIN proofs CROSS JOIN revoked_proofs
JOIN scorer_weighted_scorer scorer ON scorer.id = community.scorer_id
LEFT JOIN scorer_weighted_weightedscorer weighted ON weighted.scorer_ptr_id = scorer.id
LEFT JOIN scorer_weighted_binaryweightedscorer binary_weighted ON binary_weighted.scorer_ptr_id = scorer.id
CROSS JOIN LATERAL (
    SELECT array_agg(id) AS ids, array_agg(type) AS types, array_agg(provider) AS providers,
           array_agg(updated_at) AS updated_ats, array_agg(document) AS documents
    FROM (SELECT * FROM unknown ORDER BY id) by_id
) stamps
CROSS JOIN LATERAL (
    SELECT array_agg(link.hash) AS hashes, array_agg(link.address) AS addresses, array_agg(link.expires_at) AS expiries
    FROM registry_hashscorerlink link
    WHERE link.community_id = community.id AND link.hash = ANY(
        CASE WHEN version.is_known THEN %(known_nullifiers)s::text[] ELSE named.hashes END)
) links
{overlay}"""


_FRAGMENTS = {
    "overlay": OVERLAY,
    "not_revoked": NOT_REVOKED,
    "signed_jws": signed_jws("unpacked"),
    "known_revoked_jws": revoked_jws_among("%(known_jws)s::text[]"),
    "revoked_jws": revoked_jws_among("proofs.jws"),
}


def _statements(name: str, template: str) -> dict[CommunityLookup, Statement]:
    points = POINTS.format(wanted="community.human_points_program AND %(points_wanted)s")
    return {
        lookup: statement(
            f"registry.{name}.{lookup.name}", template.format(community=lookup.sql, points=points, **_FRAGMENTS)
        )
        for lookup in LOOKUPS
    }


ENTER = _statements("enter", _ENTER)
SNAPSHOT = _statements("snapshot", _SNAPSHOT)


class UnscorableCommunity(Exception):
    """The community's scorer is of an unknown type, or its concrete row is missing."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """The locked passport; `created` when this transaction made it. No id: nothing was entered."""

    passport_id: int | None
    created: bool


def entrance_from(rows: Rows) -> Entrance:
    passport_id, created = rows[0]
    return Entrance(passport_id, created)


def known_values(remembered: RememberedStamps | None) -> dict[str, Any]:
    """The values by which a snapshot's statement leaves the remembered stamps where they are, and the limits."""
    if remembered is None:
        return {"known_version": None, "known_nullifiers": None, "known_jws": [], **stamp_limits()}
    return {
        "known_version": remembered.version,
        "known_nullifiers": list(remembered.nullifiers),
        "known_jws": list(remembered.jws),
        **stamp_limits(),
    }


def stamp_limits() -> dict[str, int]:
    """Return the limits on the stamps that are read of an address, as values of a statement."""
    return {
        "max_stamps": settings.MAX_STAMPS_PER_ADDRESS,
        "max_stamp_bytes": settings.MAX_STAMP_BYTES,
        "max_total_bytes": settings.MAX_STAMP_BYTES_PER_ADDRESS,
    }


def snapshot_from(rows: Rows, address: str, remembered: RememberedStamps | None = None) -> Snapshot | None:
    """The snapshot, or None where the lookup found no community; `remembered`: whose version was asked with. Raises
    UnscorableCommunity."""
    if not rows:
        return None
    (community_id, rule, program, weights, threshold, *rest) = rows[0]
    columns, (version, nullifiers, jws, live) = rest[:5], rest[5:9]
    links, overlay, points = rest[9:12], rest[12:14], rest[14:]
    is_known = remembered is not None and remembered.version == version
    if threshold is None:
        raise UnscorableCommunity(f"community {community_id} has no usable scorer")
    stamps = remembered.stamps if remembered is not None and is_known else _stamps(columns)
    return Snapshot(
        address=address,
        community_id=community_id,
        rule=rule,
        human_points_program=program,
        weights=_weights(weights),
        threshold=threshold,
        overlay=dict(zip(*overlay, strict=True)) if overlay[0] else {},
        stamps=stamps,
        left_out=live - len(stamps),
        links={row[0]: HashLink._make(row) for row in zip(*links, strict=True)} if links[0] else {},
        points=points_from(points),
        version=None if is_known else version,
        nullifiers=tuple(nullifiers),
        jws=tuple(jws),
    )


def _stamps(columns: Sequence[Any]) -> Sequence[StoredStamp]:
    return list(map(StoredStamp._make, zip(*columns, repeat(None)))) if columns[0] else ()


def points_from(columns: list[Any]) -> PointsState:
    """The columns of `POINTS` as a state."""
    qualified, held, lists, config, multiplier = columns
    return PointsState(
        qualified_communities=frozenset(qualified or ()),
        held=frozenset(HumanPoint(*row) for row in json.loads(held or "[]")),
        address_lists=frozenset(lists or ()),
        config=json.loads(config or "{}"),
        multiplier=multiplier,
    )


def _weights(text: str | None) -> Mapping[str, Any] | None:
    weights = json.loads(text) if text is not None else None
    return weights if isinstance(weights, dict) else None
