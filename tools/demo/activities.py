"""What the addresses did elsewhere: stakes, contributions to grants, and points that other services award."""

from datetime import UTC, datetime
from decimal import Decimal

from apps.cgrants.models import (
    Contribution,
    Grant,
    GrantContributionIndex,
    Profile,
    ProtocolContributions,
    RoundMapping,
    SquelchedAccounts,
    Subscription,
)
from apps.registry.models import GTCStakeEvent, HumanPoints, HumanPointsMultiplier
from apps.stake.models import Stake
from tools.demo.people import ALICE, IVAN
from tools.demo.planting import Planting

STAKED_AT = datetime(2025, 1, 1, tzinfo=UTC)
UNLOCKED_AT = datetime(2099, 1, 1, tzinfo=UTC)

# Amount in US dollars and success of Alice's contributions, each to a grant of its own: 2 grants, 35.50.
GRANT_CONTRIBUTIONS = (("10.50", True), ("25.00", True), ("99.00", False))
# Project, round and amount of her contributions through the protocol. Only the first counts: the second is too small,
# and in the third one's round she is squelched.
OPEN_ROUND, SQUELCHED_ROUND = f"0x{'1' * 40}", f"0x{'2' * 40}"
PROTOCOL_CONTRIBUTIONS = (("a", OPEN_ROUND, "12.5"), ("b", OPEN_ROUND, "0.5"), ("c", SQUELCHED_ROUND, "40"))


def plant_stakes(planting: Planting) -> None:
    """On Alice: her own stake and Ivan's, in both staking contracts."""
    pairs = ((1, ALICE.address, ALICE.address, "125"), (10, IVAN.address, ALICE.address, "20.5"))
    planting.plant(
        [
            Stake(
                chain=chain,
                staker=staker,
                stakee=stakee,
                current_amount=Decimal(amount),
                lock_time=STAKED_AT,
                unlock_time=UNLOCKED_AT,
                last_updated_in_block=16_000_000,
            )
            for chain, staker, stakee, amount in pairs
        ],
        known_by=["staker", "stakee", "chain"],
    )
    events = (("SelfStake", ALICE.address, None, "10"), ("Xstake", IVAN.address, ALICE.address, "5"))
    planting.plant(
        [
            GTCStakeEvent(
                event_type=kind,
                round_id=1,
                staker=staker,
                address=address,
                amount=Decimal(amount),
                staked=True,
                block_number=number,
                tx_hash=f"0xde30{number:060x}",
            )
            for number, (kind, staker, address, amount) in enumerate(events, start=1)
        ],
        known_by=["tx_hash"],
    )


def plant_contributions(planting: Planting) -> None:
    """Alice's: statistics are 3 receivers and 48.00."""
    _plant_grant_contributions(planting)
    planting.plant(
        [
            ProtocolContributions(
                ext_id=f"0xde30{number:060x}",
                contributor=ALICE.address,
                project=f"0x{letter * 40}",
                round=contract,
                amount=Decimal(amount),
            )
            for number, (letter, contract, amount) in enumerate(PROTOCOL_CONTRIBUTIONS, start=1)
        ],
        known_by=["ext_id"],
    )
    planting.plant(
        [RoundMapping(round_number="GG18", round_eth_address=SQUELCHED_ROUND)],
        known_by=["round_number", "round_eth_address"],
    )
    planting.plant(
        [SquelchedAccounts(address=ALICE.address, round_number="GG18", score_when_squelched=0, sybil_signal=True)],
        known_by=["address", "round_number"],
    )


def _plant_grant_contributions(planting: Planting) -> None:
    handles = ["demo-alice", *(f"demo-project-{number}" for number in range(1, len(GRANT_CONTRIBUTIONS) + 1))]
    alice, *projects = planting.plant([Profile(handle=handle) for handle in handles], known_by=["handle"])
    grants = planting.plant([Grant(admin_profile=project) for project in projects], known_by=["admin_profile_id"])
    subscriptions = planting.plant(
        [Subscription(grant=grant, contributor_profile=alice) for grant in grants],
        known_by=["grant_id", "contributor_profile_id"],
    )
    pairs = zip(subscriptions, GRANT_CONTRIBUTIONS, strict=True)
    contributions = planting.plant(
        [Contribution(subscription=subscription, success=success) for subscription, (_, success) in pairs],
        known_by=["subscription_id"],
    )
    planting.plant(
        [
            GrantContributionIndex(
                profile=alice,
                contribution=contribution,
                grant=grant,
                round_num=12,
                contributor_address=ALICE.address,
                amount=Decimal(amount),
            )
            for contribution, grant, (amount, _) in zip(contributions, grants, GRANT_CONTRIBUTIONS, strict=True)
        ],
        known_by=["contribution_id"],
    )


def plant_points(planting: Planting) -> None:
    """Alice's passport mints on two chains, and her multiplier. What scoring awards comes on top of it."""
    planting.plant(
        [
            HumanPoints(address=ALICE.address, action="PMT", chain_id=chain, tx_hash=f"0xde30{chain:060x}")
            for chain in (10, 8453)
        ],
        known_by=["address", "action", "chain_id"],
    )
    planting.plant([HumanPointsMultiplier(address=ALICE.address, multiplier=2)], known_by=["address"])
