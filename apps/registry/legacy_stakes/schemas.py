"""What the legacy stake endpoint gives out."""

from ninja import Field, Schema


class LegacyStakeEvent(Schema):
    """A stake or unstake in a round."""

    id: int
    event_type: str = Field(examples=["SelfStake"])
    round_id: int = Field(examples=[2])
    staker: str = Field(examples=["0x0aac9369dc23926ea1841f8ebadf7e5ddede3b0d"])
    address: str | None = Field(description="The address staked on, where it is another.")
    amount: str = Field(
        description="In GTC, as Python writes a decimal of 18 places: zero is `0E-18`.",
        examples=["10.000000000000000000"],
    )
    staked: bool
    block_number: int
    tx_hash: str


class LegacyStakes(Schema):
    """The stakes by and on an address in a round."""

    results: list[LegacyStakeEvent]
