"""Signed credentials and what the model is to know of them."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from tests.endpoints.scoring_world import ISSUER, STRANGER, issue
from tests.model.contract_model import Credential
from tools.issuing import IssuerKey

SOUND, OF_A_STRANGER, FORGED, OF_ANOTHER = "sound", "of a stranger", "forged", "of another"
KINDS = (*[SOUND] * 12, OF_A_STRANGER, FORGED, OF_ANOTHER)


class Issued:
    """Remembers what it issued, by number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def issue(
        self, *, address: str, provider: str, nullifiers: Sequence[str], expires_at: datetime, kind: str, other: str
    ) -> tuple[dict[str, Any], Credential]:
        """A credential as it is posted, and as the model sees it."""
        holder, key = (other if kind == OF_ANOTHER else address), (STRANGER if kind == OF_A_STRANGER else ISSUER)
        posted = _signed(holder, provider, tuple(nullifiers), expires_at, key)
        if kind == FORGED:
            posted = {**posted, "issuanceDate": "2024-01-01T00:00:00Z"}
        seen = Credential(
            provider=provider,
            nullifiers=tuple(nullifiers),
            expires_at=expires_at,
            expires_text=posted["expirationDate"],
            sound=kind == SOUND,
            number=self.number(posted),
        )
        return posted, seen

    def number(self, credential: Any) -> int:
        """The same for equal credentials."""
        return self._numbers.setdefault(json.dumps(credential, sort_keys=True), len(self._numbers))


@cache
def _signed(
    holder: str, provider: str, nullifiers: tuple[str, ...], expires_at: datetime, key: IssuerKey
) -> dict[str, Any]:
    return issue(provider, *nullifiers, to=holder, expires_at=expires_at, key=key)
