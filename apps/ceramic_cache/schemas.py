"""What the endpoints of bans and revocations take and give out."""

from typing import Annotated, Any, TypeVar

from ninja import Field, Schema
from pydantic import BaseModel, BeforeValidator, model_validator

from scorer_v2.conf import settings
from scorer_v2.primitives.errors import TooManyStamps

PROOF_VALUE = "0x938b35257982be1bc0ae3181470f5734d53c33ceeb422702b4fdd1b2b51e4ff931522382e6beb4538c0bf72cc29d86b665"

Entry = TypeVar("Entry")


def _bounded(value: Any) -> Any:
    """A list of a million wrong entries would be answered with as many faults: a hundred times its bytes."""
    if isinstance(value, list) and len(value) > settings.MAX_LIST_LENGTH:
        raise TooManyStamps
    return value


Bounded = Annotated[list[Entry], BeforeValidator(_bounded)]
"""A list of a body, whose length is looked at before its entries are."""


class Part(BaseModel):
    """A JSON object of a body. What is no object lacks all keys, and is answered so.

    Ninja's own Schema answers the same but takes about ten times as long: it wraps every object to read attributes.
    """

    @model_validator(mode="before")
    @classmethod
    def keys_of(cls, value: Any) -> dict[str, Any]:
        return value if isinstance(value, dict) else {}


class CheckedSubject(Part):
    """What a ban can concern of a credential. All three keys must be there."""

    hash: str | None = Field(description="The credential's hash or nullifier.", examples=["v0.0.0:abc="])
    provider: str | None = Field(examples=["Google"])
    id: str | None = Field(
        description="The holder's DID, the same in all credentials.",
        examples=["did:pkh:eip155:1:0x0aac9369dc23926ea1841f8ebadf7e5ddede3b0d"],
    )


class CheckedCredential(Part):
    """A credential, or the part of it that bans can concern."""

    credentialSubject: CheckedSubject  # noqa: N815 - the name of the credential's key


class BanCheck(Schema):
    """Whether a credential is banned."""

    hash: str | None = Field(description="As sent.", examples=["v0.0.0:abc="])
    is_banned: bool
    end_time: str | None = Field(description="Null: for ever, or not banned.", examples=["2098-05-06T07:08:09.123Z"])
    ban_type: str | None = Field(description="`account`, `hash` or `single_stamp`.", examples=["account"])
    reason: str | None = Field(examples=["sybil"])


class ProofValues(Part):
    """The proof values to check, up to 100."""

    proof_values: Bounded[str] = Field(examples=[[PROOF_VALUE]])


class RevocationCheck(Schema):
    """Whether the stamp with a proof value is revoked."""

    proof_value: str = Field(examples=[PROOF_VALUE])
    is_revoked: bool
