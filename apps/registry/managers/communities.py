"""How each door finds the community that it scores (contract, sections 4.1, 4.2, 4.7).

Fragments, each a query of at most one `account_community` row, that the scoring statements start from.
"""

from dataclasses import dataclass
from typing import Any

from scorer_v2.primitives.storable import is_storable

LARGEST_ID = 2**63 - 1

# A usable partner key's own communities: by external id first, then by id. An unproven key finds nothing, so that
# an unauthenticated request locks and loads nothing.
_OF_A_KEY = """
    SELECT community.*
    FROM account_accountapikey key
    JOIN account_community community ON community.account_id = key.account_id
    WHERE key.prefix = %(key_prefix)s
      AND coalesce(nullif(key.hashed_key_sha256, ''), CASE WHEN key.hashed_key LIKE 'sha256$%%' THEN key.hashed_key END)
          = %(key_digest)s
      AND NOT key.revoked AND (key.expiry_date IS NULL OR key.expiry_date >= %(now)s) AND key.read_scores
      AND (community.external_scorer_id = %(scorer_text)s OR community.id = %(scorer_id)s)
    ORDER BY (community.external_scorer_id = %(scorer_text)s) DESC NULLS LAST
    LIMIT 1
"""

# The community of an id, unless a sibling of the same account has that id as its external id: then the sibling.
_OR_SIBLING = """
    SELECT community.*
    FROM account_community named
    JOIN account_community community
      ON community.account_id = named.account_id
     AND (community.external_scorer_id = %(scorer_text)s OR community.id = named.id)
    WHERE named.id = %(scorer_id)s
    ORDER BY (community.external_scorer_id = %(scorer_text)s) DESC NULLS LAST
    LIMIT 1
"""

_BY_ID = "SELECT community.* FROM account_community community WHERE community.id = %(scorer_id)s"


@dataclass(frozen=True, slots=True)
class CommunityLookup:
    """A way to find the community, as the query that does it."""

    name: str
    sql: str


OF_A_KEY = CommunityLookup("of_a_key", _OF_A_KEY)
OR_SIBLING = CommunityLookup("or_sibling", _OR_SIBLING)
BY_ID = CommunityLookup("by_id", _BY_ID)
LOOKUPS = (OF_A_KEY, OR_SIBLING, BY_ID)


def scorer_values(scorer: int | str) -> dict[str, Any]:
    """The values of a lookup: an id beyond the column, or a text, finds nothing by id, but may be an external id."""
    if isinstance(scorer, int):
        return {"scorer_id": scorer if abs(scorer) <= LARGEST_ID else None, "scorer_text": str(scorer)}
    return {"scorer_id": None, "scorer_text": scorer if is_storable(scorer) else None}
