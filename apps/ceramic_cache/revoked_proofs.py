"""SQL fragments of revoked proofs: a revocation holds wherever the proof is stored again (behaviour 3.3, D23).

A proof is known by the signature that is verified: the `jws` of an Ed25519 proof, whose `proofValue` is free text; else
the `proofValue`, which is the row's `proof_value`. A `jws` in another kind of proof says nothing.
"""


def signed_jws(row: str) -> str:
    """Return the SQL of the JWS that is verified in a row's stamp; null where its proof is not Ed25519."""
    return (
        f"CASE WHEN {row}.stamp #>> '{{proof,type}}' = 'Ed25519Signature2018' THEN {row}.stamp #>> '{{proof,jws}}' END"
    )


# A live row `stored` that is not revoked, neither itself nor by its proof value in another row, live or deleted, at any
# address. Documents are only read where the proof values are equal, which is rare. An Ed25519 proof is looked for by
# its JWS: see REVOKED_JWS.
NOT_REVOKED = f"""
NOT EXISTS (SELECT FROM ceramic_cache_revocation revoked WHERE revoked.ceramic_cache_id = stored.id)
AND NOT EXISTS (
    SELECT FROM ceramic_cache_revocation revoked
    WHERE revoked.proof_value = stored.proof_value AND {signed_jws("stored")} IS NULL
      AND (SELECT {signed_jws("other")} IS NULL FROM ceramic_cache_ceramiccache other
           WHERE other.id = revoked.ceramic_cache_id))
"""

# The revoked stored credentials `other` with one of these JWSs, each looked up by the index `ceramic_cache_jws` on the
# 86 last characters: they are the signature itself, and short enough for an index whatever somebody stores. OFFSET and
# the sub-select keep the planner from a join with all revocations, for which it once read every stored stamp.
REVOKED_JWS = f"""
FROM unnest({{jws}}) AS sought(jws)
CROSS JOIN LATERAL (
    SELECT stored.id, stored.stamp FROM ceramic_cache_ceramiccache stored
    WHERE (stored.stamp #> '{{{{proof,jws}}}}') IS NOT NULL
      AND right(stored.stamp #>> '{{{{proof,jws}}}}', 86) = right(sought.jws, 86)
    OFFSET 0
) other
WHERE {signed_jws("other").replace("{", "{{").replace("}", "}}")} = sought.jws
  AND (SELECT true FROM ceramic_cache_revocation revoked WHERE revoked.ceramic_cache_id = other.id)
"""


def revoked_jws_among(jws: str) -> str:
    """Return the SQL of an ordered array: the JWSs of revoked credentials among those of an SQL array."""
    revoked = REVOKED_JWS.format(jws=jws)
    return f"ARRAY(SELECT DISTINCT sought.jws {revoked} ORDER BY sought.jws)::text[]"
