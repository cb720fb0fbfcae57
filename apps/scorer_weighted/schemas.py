"""What the weights endpoint gives out."""

from ninja import Field, Schema
from pydantic import RootModel


class Weights(RootModel[dict[str, float]]):
    """Provider to weight."""

    model_config = {"json_schema_extra": {"examples": [{"Google": 1.25, "HolonymGovIdProvider": 16.026}]}}


class SectionPlatform(Schema):
    """A platform of a section."""

    platform_id: str = Field(examples=["Google"])
    order: int


class StampSection(Schema):
    """A section of the embedded widget."""

    title: str
    order: int
    items: list[SectionPlatform]


class EmbedConfig(Schema):
    """Configuration of the embedded widget."""

    weights: dict[str, float]
    stamp_sections: list[StampSection]
