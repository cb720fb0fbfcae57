"""The addresses that are scored: in groups, by how many stamps they hold and what becomes of them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tools.bench.identities import ISSUER
from tools.issuing import issue_eip712

PROVIDERS = [f"Provider{number}" for number in range(100)]
WEIGHTS = dict.fromkeys(PROVIDERS, "1.25")
ISSUED_AT = datetime(2025, 1, 1, tzinfo=UTC)
EXPIRES_AT = datetime(2099, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Group:
    """`number` addresses that hold `stamps` stamps each."""

    name: str
    stamps: int
    number: int

    @property
    def addresses(self) -> list[str]:
        return [_address(f"{self.name} {number}") for number in range(self.number)]

    def nullifier(self, address: str, number: int) -> str:
        return f"v0:{hashlib.sha256(f'{address} {number}'.encode()).hexdigest()[:44]}"

    @property
    def last_nullifiers(self) -> list[str]:
        """Of each address's last stamp."""
        return [self.nullifier(address, self.stamps - 1) for address in self.addresses]

    def credentials(self, address: str) -> list[dict[str, Any]]:
        """Signed, one of each of the first providers; the same whenever they are made."""
        return [
            issue_eip712(
                key=ISSUER,
                address=address,
                provider=provider,
                issued_at=ISSUED_AT,
                expires_at=EXPIRES_AT,
                nullifiers=[self.nullifier(address, number)],
            )
            for number, provider in enumerate(PROVIDERS[: self.stamps])
        ]


# Scored again and again, with nothing changed in between.
STEADY = {
    0: Group("steady none", 0, 64),
    5: Group("steady five", 5, 64),
    20: Group("steady twenty", 20, 64),
    100: Group("steady hundred", 100, 32),
}
# Scored once after each change: enough for a second of load.
CHANGING = {
    5: Group("changing five", 5, 1_000),
    20: Group("changing twenty", 20, 800),
    100: Group("changing hundred", 100, 250),
}
# Their stamps are sent and stored anew.
SENDING = Group("sending", 20, 32)
GROUPS = (*STEADY.values(), *CHANGING.values(), SENDING)


def stored_stamps(group: Group) -> Iterator[tuple[str, dict[str, Any]]]:
    """(address, credential) of all that the group holds."""
    for address in group.addresses:
        for credential in group.credentials(address):
            yield address, credential


def _address(name: str) -> str:
    return f"0x{hashlib.sha256(name.encode()).hexdigest()[:40]}"
