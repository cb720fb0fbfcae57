"""SQL of contributions to grants."""

from dataclasses import dataclass
from decimal import Decimal

from scorer_v2.database.round_trips import fetch, statement

# What an address contributed successfully on the first platform, and through the grants protocol in rounds where its
# account is not squelched.
CONTRIBUTIONS_OF = statement(
    "cgrants.contributions_of",
    """
    SELECT grants.receivers, grants.amount, protocol.receivers, protocol.amount
    FROM (
        SELECT count(DISTINCT contributed.grant_id) AS receivers, coalesce(sum(contributed.amount), 0) AS amount
        FROM cgrants_grantcontributionindex contributed
        JOIN cgrants_contribution contribution ON contribution.id = contributed.contribution_id
        WHERE contributed.contributor_address = %(address)s AND contribution.success
    ) grants
    CROSS JOIN (
        SELECT count(DISTINCT contributed.project) AS receivers, coalesce(sum(contributed.amount), 0) AS amount
        FROM cgrants_protocolcontributions contributed
        WHERE contributed.contributor = %(address)s AND contributed.amount >= %(smallest_amount)s
          AND NOT EXISTS (
              SELECT FROM cgrants_squelchedaccounts squelched
              JOIN cgrants_roundmapping mapping ON mapping.round_number = squelched.round_number
              WHERE squelched.address = %(address)s AND mapping.round_eth_address = contributed.round
          )
    ) protocol
    """,
)


@dataclass(frozen=True, slots=True)
class Contributions:
    """How many grants, or projects, got how much."""

    receivers: int
    amount: Decimal


def find_contributions(*, address: str, smallest_amount: Decimal) -> tuple[Contributions, Contributions]:
    """Those of the first platform, and those of the protocol of at least `smallest_amount`.

    Raises DatabaseUnavailable.
    """
    (row,) = fetch(CONTRIBUTIONS_OF, {"address": address, "smallest_amount": smallest_amount})
    return Contributions(*row[:2]), Contributions(*row[2:])
