"""Credentials for the tests of proofs: recorded ones, ones signed by a key of the tests, and changed ones."""

import base64
import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apps.registry.scoring.ethereum_signatures import sign_digest, signing_digest
from apps.registry.scoring.proof_values import SECP256K1_ORDER
from apps.registry.scoring.proofs import proof_fault
from apps.registry.scoring.signed_credentials import read_credential
from tools.issuing import IssuerKey, issue_ed25519, issue_eip712

RECORDED = json.loads((Path(__file__).parents[2] / "contract" / "recorded" / "credentials.json").read_bytes())

NOW = datetime(2026, 11, 24, 2, 45, tzinfo=UTC)
"""When the recorded verdicts were found: after every recorded proof that holds was created."""

KEY = IssuerKey(bytes(range(1, 33)))
ADDRESS = "0x" + "a1" * 20

Path_ = tuple[str | int, ...]


def fault_of(credential: Any, *, now: datetime = NOW) -> str | None:
    return proof_fault(credential, now=now)


def eip712(**changes: Any) -> dict[str, Any]:
    return issue_eip712(**_arguments(changes))


def ed25519(**changes: Any) -> dict[str, Any]:
    return issue_ed25519(**_arguments(changes))


def signed_again(change: Callable[[dict[str, Any]], object], **changes: Any) -> dict[str, Any]:
    """An EIP-712 credential that `change` changed before it was signed."""
    credential = eip712(**changes)
    change(credential)
    proof = credential["proof"][0] if isinstance(credential["proof"], list) else credential["proof"]
    proof["proofValue"] = sign_digest(KEY.secret, signing_digest(read_credential(credential)))
    return credential


def with_typed(kind: str, value: Any, **more_types: list[dict[str, str]]) -> dict[str, Any]:
    """One whose subject has a member `extra` of the EIP-712 type `kind`."""

    def change(credential: dict[str, Any]) -> None:
        credential["credentialSubject"]["extra"] = value
        types = types_of(credential)
        types["CredentialSubject"].append({"name": "extra", "type": kind})
        types.update(more_types)

    return signed_again(change)


def types_of(credential: dict[str, Any]) -> dict[str, Any]:
    types: dict[str, Any] = credential["proof"]["eip712Domain"]["types"]
    return types


def high_s(value: str) -> str:
    """The other signature of the same key over the same text, which everybody can compute."""
    s, last = int(value[66:130], 16), int(value[130:], 16)
    return f"{value[:66]}{SECP256K1_ORDER - s:064x}{27 + 28 - last:02x}"


def base64url_bytes(encoded: str) -> bytes:
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


def base64url_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def paths(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """The paths of all parts of a JSON value, the value's own first."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from paths(part, (*path, name))


def part_at(value: Any, path: Path_) -> Any:
    for name in path:
        value = value[name]
    return value


def replaced(credential: dict[str, Any], path: Path_, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(credential)
    part_at(changed, path[:-1])[path[-1]] = value
    return changed


def without(credential: dict[str, Any], path: Path_) -> dict[str, Any]:
    changed = copy.deepcopy(credential)
    del part_at(changed, path[:-1])[path[-1]]
    return changed


def _arguments(changes: dict[str, Any]) -> dict[str, Any]:
    issued_at = datetime(2026, 6, 1, 12, 30, 15, 250_000, tzinfo=UTC)
    arguments = {
        "key": KEY,
        "address": ADDRESS,
        "provider": "Google",
        "issued_at": issued_at,
        "expires_at": issued_at + timedelta(days=90),
        **changes,
    }
    if "hash" not in arguments and "nullifiers" not in arguments:
        arguments["nullifiers"] = ["v0:one", "v1:two"]
    return arguments
