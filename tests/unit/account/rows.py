"""Rows of API keys as the managers give them."""

from dataclasses import replace
from typing import Any

from apps.account.keys import KeyRow, PresentedKey, present_key
from tests.factories.account import sha256_hash

SECRET = "abcd1234.correct-horse"

ROW = KeyRow(
    id="abcd1234.hash",
    account_id=1,
    hashed_key="unused",
    hashed_key_sha256=sha256_hash(SECRET),
    revoked=False,
    expiry_date=None,
    read_scores=True,
    rate_limit="",
    embed_rate_limit="",
)


def key_row(**changes: Any) -> KeyRow:
    return replace(ROW, **changes)


def presented(text: str = SECRET) -> PresentedKey:
    return present_key(x_api_key=text, authorization="", aliases_in_authorization=False)
