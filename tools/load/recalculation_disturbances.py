"""What makes a recalculation write more than scores, and the rows to compare afterwards.

Nothing here depends on the order in which passports are scored, which two workers do not keep.
"""

_EVERY_FIFTH = """
    FROM registry_passport passport JOIN ceramic_cache_ceramiccache stored ON stored.address = passport.address
    WHERE passport.community_id = %(community_id)s AND passport.id %% 5 = {rest}
      AND stored.id = (SELECT min(id) FROM ceramic_cache_ceramiccache first WHERE first.address = passport.address)
"""
_NULLIFIERS = "SELECT stored.stamp -> 'credentialSubject' -> 'nullifiers' ->> 0" + _EVERY_FIFTH

DISTURBANCES = (
    # Revoked stamps.
    f"INSERT INTO ceramic_cache_revocation (proof_value, ceramic_cache_id) SELECT proof_value, stored.id"
    f"{_EVERY_FIFTH.format(rest=0)}",
    # Stamps that a stranger has: deduplicated.
    f"UPDATE registry_hashscorerlink SET address = '0xbad' WHERE community_id = %(community_id)s"
    f" AND hash IN ({_NULLIFIERS.format(rest=1)})",
    # Stamps that a stranger had: claimed.
    f"UPDATE registry_hashscorerlink SET address = '0xbad', expires_at = '2020-01-01'"
    f" WHERE community_id = %(community_id)s AND hash IN ({_NULLIFIERS.format(rest=2)})",
    # Stamps that nobody scored yet, most of them forged.
    "DELETE FROM registry_stamp WHERE id IN (SELECT kept.id FROM registry_stamp kept"
    " JOIN registry_passport passport ON passport.id = kept.passport_id"
    " WHERE passport.community_id = %(community_id)s AND passport.id %% 5 = 3 AND kept.id %% 10 = 0)",
    "DELETE FROM registry_hashscorerlink WHERE community_id = %(community_id)s"
    f" AND hash IN ({_NULLIFIERS.format(rest=3)})",
)

_OF_PASSPORTS = "passport_id IN (SELECT id FROM registry_passport WHERE community_id = %(community_id)s)"
_KEPT = {
    "recalculation_stamps": ("registry_stamp", _OF_PASSPORTS),
    "recalculation_links": ("registry_hashscorerlink", "community_id = %(community_id)s"),
    "recalculation_scores": ("registry_score", _OF_PASSPORTS),
}

SAVED = tuple(f"CREATE TABLE {copy} AS SELECT * FROM {table} WHERE {rows}" for copy, (table, rows) in _KEPT.items())
RESTORED = (
    "DELETE FROM registry_event WHERE community_id = %(community_id)s",
    *(
        statement
        for copy, (table, rows) in _KEPT.items()
        for statement in (f"DELETE FROM {table} WHERE {rows}", f"INSERT INTO {table} SELECT * FROM {copy}")
    ),
)

# All rows that a recalculation writes, less their times and new ids. Every scoring leaves one event of its own.
TABLES = {
    "registry_stamp": f"""
        SELECT passport_id, row_number() OVER (PARTITION BY passport_id ORDER BY id), provider, md5(credential::text)
        FROM registry_stamp WHERE {_OF_PASSPORTS}
    """,
    "registry_hashscorerlink": """
        SELECT hash, address, expires_at FROM registry_hashscorerlink WHERE community_id = %(community_id)s
    """,
    "registry_score": f"""
        SELECT passport_id, score, status, error, expiration_date, evidence::text, stamp_scores::text, stamps::text
        FROM registry_score WHERE {_OF_PASSPORTS}
    """,
    "registry_event": """
        SELECT action, address, (data #- '{fields,last_score_timestamp}' #- '{pk}')::text
        FROM registry_event WHERE community_id = %(community_id)s
    """,
}
