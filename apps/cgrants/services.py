"""The rules of contributor statistics (contract, section 4.15)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

from apps.cgrants import managers
from scorer_v2.primitives.addresses import checked_address

SMALLEST_PROTOCOL_AMOUNT = Decimal("0.95")

# Amounts have up to 64 digits: more than Python's default context keeps.
_EXACT = Context(prec=100, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class ContributorStatistics:
    """What an address contributed to how many grants and projects."""

    num_grants_contribute_to: float
    total_contribution_amount: float


def contributor_statistics(*, address: str) -> ContributorStatistics:
    """Both platforms added. Raises InvalidAddress, also for a wrong checksum, and DatabaseUnavailable."""
    grants, protocol = managers.find_contributions(
        address=checked_address(address), smallest_amount=SMALLEST_PROTOCOL_AMOUNT
    )
    return ContributorStatistics(
        num_grants_contribute_to=float(grants.receivers + protocol.receivers),
        total_contribution_amount=float(total_amount(grants=grants.amount, protocol=protocol.amount)),
    )


def total_amount(*, grants: Decimal, protocol: Decimal) -> Decimal:
    """The sum with 2 places, the protocol's part rounded to 3 before; both half to even."""
    with localcontext(_EXACT):
        return (grants + protocol.quantize(Decimal("0.001"))).quantize(Decimal("0.01"))
