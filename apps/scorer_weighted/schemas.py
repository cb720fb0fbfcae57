"""What the weights endpoint gives out."""

from pydantic import RootModel


class Weights(RootModel[dict[str, float]]):
    """Provider to weight."""

    model_config = {"json_schema_extra": {"examples": [{"Google": 1.25, "HolonymGovIdProvider": 16.026}]}}
