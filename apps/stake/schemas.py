"""What the stake endpoint gives out."""

from ninja import Field, Schema


class StakeItem(Schema):
    """What a staker has at present on a stakee. A self-stake has one address as both."""

    chain: int = Field(description="The chain's id.", examples=[1])
    staker: str = Field(examples=["0x0aac9369dc23926ea1841f8ebadf7e5ddede3b0d"])
    stakee: str = Field(examples=["0x0aac9369dc23926ea1841f8ebadf7e5ddede3b0d"])
    amount: str = Field(description="In GTC, with 18 decimals.", examples=["125.000000000000000000"])
    unlock_time: str = Field(examples=["2026-05-01T12:30:00+00:00"])
    lock_time: str = Field(examples=["2024-01-01T00:00:00+00:00"])
    last_updated_in_block: int = Field(description="May exceed 64 bits.", examples=[16000000])


class Stakes(Schema):
    """All stakes by and on an address."""

    items: list[StakeItem]
