"""What the stamp endpoints take in and give out."""

from typing import Any

from ninja import Field

from apps.ceramic_cache.schemas import Part


class EmbedStamps(Part):
    """Stamps to store for an address, and the scorer to score them in."""

    scorer_id: int = Field(description="A scorer's id; a negative one means the demo scorer.", examples=[335])
    stamps: list[Any] = Field(description="At most 100 verifiable credentials.")


class UserStamp(Part):
    """A stamp to store for the token's address."""

    provider: str = Field(examples=["Google"])
    stamp: Any = Field(None, description="The verifiable credential.")
    address: str | None = Field(None, description="Ignored.")
