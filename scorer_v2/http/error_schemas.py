"""Error answers, for the OpenAPI schema."""

from typing import Any

from ninja import Field, Schema


class ErrorDetail(Schema):
    """Every error: a text, or the list of what is wrong with the parameters."""

    detail: str | list[dict[str, Any]] = Field(examples=["Invalid address."])


def errors(*statuses: int) -> dict[int, type[ErrorDetail]]:
    """The error answers of an endpoint, as Ninja's `response` takes them."""
    return dict.fromkeys(statuses, ErrorDetail)
