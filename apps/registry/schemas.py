"""What the scoring endpoints give out (contract, section 3.12)."""

from typing import Any

from ninja import Field, Schema


class StampScore(Schema):
    """What one stamp contributes."""

    score: str = Field(description="Its weight, with 5 decimals; 0 when deduplicated.", examples=["16.02100"])
    dedup: bool = Field(description="Another address of this community already uses the same credential.")
    expiration_date: str = Field(examples=["2099-01-01T00:00:00+00:00"])
    source_wallet: str | None = Field(
        default=None, description="Only in a stored score of linked wallets: the wallet that holds the stamp."
    )


class Points(Schema):
    """Human points of the address."""

    total_points: int
    is_eligible: bool
    multiplier: int
    breakdown: dict[str, int]


class ScoreObject(Schema):
    """A score."""

    address: str = Field(examples=["0x0aac9369dc23926ea1841f8ebadf7e5ddede3b0d"])
    score: str = Field(description="The sum of the weights, with 5 decimals.", examples=["27.74100"])
    passing_score: bool = Field(description="Whether the sum reaches the threshold.")
    last_score_timestamp: str | None = Field(examples=["2026-11-24T02:30:42.805000+00:00"])
    expiration_timestamp: str | None = Field(description="When the first counted stamp expires.")
    threshold: str = Field(examples=["20.00000"])
    error: str | None = Field(description="Why the score could not be computed, else null.")
    stamps: dict[str, StampScore]
    points_data: Points | None
    possible_points_data: Points | None
    linked_score: None = Field(description="Reserved for scores of linked wallets; always null.")


class ListedStamp(Schema):
    """A stored stamp."""

    id: int
    address: str
    provider: str
    stamp: dict[str, Any] = Field(description="The credential, as it is stored.")


class StampsAndScore(Schema):
    """The stamps that the address has now, and its score."""

    success: bool
    stamps: list[ListedStamp]
    score: ScoreObject
