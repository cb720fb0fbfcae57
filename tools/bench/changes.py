"""Puts addresses back to where their last score has not seen their last stamp."""

from typing import Any

import psycopg

from tools.bench.holders import Group
from tools.bench.identities import PARTNER_COMMUNITY

FORGET_LAST_STAMP = """
    DELETE FROM registry_stamp WHERE id IN (
        SELECT max(stamp.id)
        FROM registry_stamp stamp JOIN registry_passport passport ON passport.id = stamp.passport_id
        WHERE passport.address = ANY(%(addresses)s) AND passport.community_id = %(community_id)s
        GROUP BY passport.id HAVING count(*) = %(stamps)s
    )
"""
FORGET_LAST_LINK = (
    "DELETE FROM registry_hashscorerlink WHERE hash = ANY(%(hashes)s) AND community_id = %(community_id)s"
)


def take_back(database: psycopg.Connection[Any], group: Group) -> None:
    values = {"addresses": group.addresses, "community_id": PARTNER_COMMUNITY, "stamps": group.stamps}
    database.execute(FORGET_LAST_STAMP, values)
    database.execute(FORGET_LAST_LINK, {"hashes": group.last_nullifiers, "community_id": PARTNER_COMMUNITY})
