"""Partner API keys: how one is presented and how it is proven (contract, section 2.1). Pure, but for the settings."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from scorer_v2.conf import settings
from scorer_v2.primitives.errors import DomainError

PREFIX_LENGTH = 8  # account_accountapikey.prefix is varchar(8): a longer one cannot be known
LONGEST_KEY = 512
_NO_HASH = "sha256$" + "0" * 64


class InvalidApiKey(DomainError):
    status = 401
    detail = "Invalid API Key."
    reason = "Invalid API Key: missing or malformed"


class PermissionDenied(DomainError):
    status = 403
    detail = "Invalid permissions for action."


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """A key as a caller sent it. `digest` is `sha256$` and the lowercase hex SHA-256 of the whole key."""

    text: str
    prefix: str
    digest: str

    def __repr__(self) -> str:
        return f"PresentedKey({self.prefix!r})"

    @property
    def shown_prefix(self) -> str | None:
        """The prefix for logs; None for a text without a dot, which is all secret."""
        return self.prefix if "." in self.text else None


@dataclass(frozen=True, slots=True)
class KeyRow:
    """The row of `account_accountapikey` that a prefix names."""

    id: str
    account_id: int
    hashed_key: str
    hashed_key_sha256: str | None
    revoked: bool
    expiry_date: datetime | None
    read_scores: bool
    rate_limit: str | None
    embed_rate_limit: str | None


def present_key(*, x_api_key: str, authorization: str, aliases_in_authorization: bool) -> PresentedKey:
    """The key of a request, demo aliases replaced. Raises InvalidApiKey where its form alone refuses it."""
    words = authorization.split(None, 2)
    text = x_api_key or (words[1] if len(words) > 1 else "")
    aliases_apply = bool(x_api_key) or aliases_in_authorization
    if aliases_apply and settings.DEMO_API_KEY and text in settings.DEMO_API_KEY_ALIASES:
        text = settings.DEMO_API_KEY
    prefix = text.partition(".")[0]
    if not text or len(text) > LONGEST_KEY or len(prefix) > PREFIX_LENGTH or not text.isprintable():
        raise InvalidApiKey
    return PresentedKey(text, prefix, sha256_form(text))


def sha256_form(text: str) -> str:
    """The digest of a whole key, as its row has it."""
    return "sha256$" + hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def digest_of(row: KeyRow | None) -> str | None:
    """The SHA-256 that the key must have; None for a row that has only a PBKDF2 hash, or none that is known."""
    if row is None:
        return None
    if row.hashed_key_sha256:
        return row.hashed_key_sha256
    return row.hashed_key if row.hashed_key.startswith("sha256$") else None


def has_digest(row: KeyRow | None, key: PresentedKey) -> bool:
    """Whether the digests fit, in the same time with a row or without one (D3)."""
    due = digest_of(row) or _NO_HASH
    return hmac.compare_digest(due.encode(), key.digest.encode())


def is_usable(row: KeyRow, *, now: datetime) -> bool:
    """Neither revoked nor expired (D1)."""
    return not row.revoked and (row.expiry_date is None or row.expiry_date >= now)
