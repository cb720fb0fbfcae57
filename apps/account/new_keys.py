"""Making an API key (contract, sections 2.1 and 6.6). Pure, but for chance."""

import secrets
from dataclasses import dataclass

from apps.account.keys import sha256_form

PREFIX_BYTES = 4  # eight hex digits: what the prefix's column holds
SECRET_BYTES = 24


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that is shown once. `prefix` names its row; `digest` and `row_id` are what the database keeps of it."""

    text: str
    prefix: str

    def __repr__(self) -> str:
        return f"NewKey({self.prefix!r})"

    @property
    def digest(self) -> str:
        """In the form that proves it at its first use already, here and in the replaced scorer."""
        return sha256_form(self.text)

    @property
    def row_id(self) -> str:
        return f"{self.prefix}.{self.digest}"


def new_prefix() -> str:
    return secrets.token_hex(PREFIX_BYTES)


def make_key(*, prefix: str | None = None) -> NewKey:
    """A key with 192 bits of chance behind its prefix."""
    prefix = prefix or new_prefix()
    return NewKey(f"{prefix}.{secrets.token_urlsafe(SECRET_BYTES)}", prefix)


def key_of(text: str) -> NewKey:
    """A key that was made before."""
    return NewKey(text, text.partition(".")[0])
