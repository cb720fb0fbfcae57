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

# The revocations of stored credentials with one of these JWSs, by the index `ceramic_cache_jws`: its 86 last characters
# are the signature itself, and short enough for an index whatever somebody stores. Without JWSs nothing is read.
REVOKED_JWS = f"""
FROM ceramic_cache_ceramiccache other
JOIN ceramic_cache_revocation revoked ON revoked.ceramic_cache_id = other.id
WHERE cardinality({{jws}}) > 0 AND (other.stamp #> '{{{{proof,jws}}}}') IS NOT NULL
  AND right(other.stamp #>> '{{{{proof,jws}}}}', 86) = ANY(ARRAY(SELECT right(jws, 86) FROM unnest({{jws}}) jws))
  AND {signed_jws("other").replace("{", "{{").replace("}", "}}")} = ANY({{jws}})
"""


def revoked_jws_among(jws: str) -> str:
    """Return the SQL of an ordered array: the JWSs of revoked credentials among those of an SQL array."""
    revoked = REVOKED_JWS.format(jws=jws)
    return f"ARRAY(SELECT DISTINCT other.stamp #>> '{{proof,jws}}' AS jws {revoked} ORDER BY jws)::text[]"
