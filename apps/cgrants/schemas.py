"""What the contributions endpoint gives out."""

from ninja import Field, Schema


class ContributorStatisticsAnswer(Schema):
    """What an address contributed to how many grants and projects."""

    num_grants_contribute_to: float = Field(examples=[2.0])
    total_contribution_amount: float = Field(description="In USD, with 2 places.", examples=[8.12])
