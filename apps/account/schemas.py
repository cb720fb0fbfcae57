"""What the account endpoints give out."""

from ninja import Field, Schema

EXAMPLE_ADDRESS = "0x0aac9369dc23926ea1841f8ebadf7e5ddede3b0d"


class EmbedRateLimit(Schema):
    """The limit that the embed service applies to the key."""

    embed_rate_limit: str | None = Field(
        description="Requests and period, such as `125/15m`; an empty text means unlimited.", examples=["125/15m"]
    )


class ListMembership(Schema):
    """Whether an address is on a list."""

    is_member: bool


class CredentialDefinition(Schema):
    """What a custom credential proves."""

    ruleset: dict[str, object] = Field(
        description="At least a `name` and a `condition`.",
        examples=[{"name": "Contributors", "condition": {"repository_contributor": {"threshold": 2}}}],
    )
