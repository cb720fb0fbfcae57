"""Errors that a caller is told about. Services raise them; `scorer_v2.api` turns them into answers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


class DomainError(Exception):
    """An answer with `status` and `{"detail": detail}` (contract, section 1.3).

    `reason` is for the log alone, where it says more than the caller may know; never a secret.
    """

    status = 400
    detail: Any = "Bad request"
    headers: Mapping[str, str] = MappingProxyType({})
    reason: str | None = None

    def __init__(
        self,
        detail: Any = None,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        reason: str | None = None,
    ) -> None:
        self.detail = detail if detail is not None else self.detail
        self.status = status if status is not None else self.status
        self.headers = headers if headers is not None else self.headers
        self.reason = reason if reason is not None else self.reason
        super().__init__(self.detail)

    def body(self) -> dict[str, Any]:
        return {"detail": self.detail}


class Unauthorized(DomainError):
    status = 401
    detail = "Unauthorized"


class InvalidAddress(DomainError):
    status = 400
    detail = "Invalid address."


class NotFound(DomainError):
    status = 404
    detail = "Not Found"


class TooManyStamps(DomainError):
    status = 422
    detail = "You have submitted too many stamps."


class DatabaseUnavailable(DomainError):
    """The database failed; whatever the request wrote is rolled back (D14). `sqlstate` is None without an answer."""

    status = 503
    detail = "The service is temporarily unable to reach its database. Please try again."
    headers: Mapping[str, str] = MappingProxyType({"Retry-After": "1"})

    def __init__(self, sqlstate: str | None = None) -> None:
        super().__init__()
        self.sqlstate = sqlstate


class DatabaseSilent(DatabaseUnavailable):
    """The database did not answer in time. It is not asked again for this request, not even to record its failure."""


class Conflict(Exception):
    """Another request changed what this one had read; nothing was written. The service starts over."""
