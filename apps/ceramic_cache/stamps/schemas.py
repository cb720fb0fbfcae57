"""What the stamp endpoints take in and give out."""

from typing import Annotated, Any

from ninja import Field
from pydantic import BeforeValidator

from apps.ceramic_cache.schemas import Bounded, Part


def _whole_number(value: Any) -> Any:
    """The parser gives integers beyond 64 bits as floats: they are ids that nothing has, and no error (section 1.5)."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class EmbedStamps(Part):
    """Stamps to store for an address, and the scorer to score them in."""

    scorer_id: Annotated[int, BeforeValidator(_whole_number)] = Field(
        description="A scorer's id; a negative one means the demo scorer.", examples=[335]
    )
    stamps: Bounded[Any] = Field(description="At most 100 verifiable credentials.")


class UserStamp(Part):
    """A stamp to store for the token's address."""

    provider: str = Field(examples=["Google"])
    stamp: Any = Field(None, description="The verifiable credential.")
    address: str | None = Field(None, description="Ignored.")
