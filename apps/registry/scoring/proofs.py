"""Does the proof of a credential hold? Pure Python, nothing from the network (contract, section 3.3, point 5).

Who may issue, expiry and the holder are checked elsewhere.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from apps.registry.scoring.ed25519 import check_ed25519_proof
from apps.registry.scoring.ethereum_signatures import check_eip712_proof
from apps.registry.scoring.proof_errors import COULD_NOT_BE_CHECKED, InvalidProof
from apps.registry.scoring.proof_values import ED25519_KIND, EIP712_KIND
from apps.registry.scoring.signed_credentials import SignedCredential, check_created, read_credential

_CHECKS: Final[dict[str, Callable[[SignedCredential], None]]] = {
    EIP712_KIND: check_eip712_proof,
    ED25519_KIND: check_ed25519_proof,
}


def proof_fault(credential: Mapping[str, Any], *, now: datetime) -> str | None:
    """None when the proof holds, otherwise a short reason for humans. `now` must have a zone.

    Never raises, whatever the credential: it is untrusted JSON, and one bad stamp must not end a scoring [D13].
    """
    try:
        _check(credential, now)
    except InvalidProof as fault:
        return str(fault)
    except Exception as error:
        return f"{COULD_NOT_BE_CHECKED} ({type(error).__name__})"
    return None


def _check(credential: Mapping[str, Any], now: datetime) -> None:
    signed = read_credential(credential)
    check = _CHECKS.get(signed.proof.get("type", ""))
    if check is None:
        raise InvalidProof("the proof's kind is not known")
    check_created(signed.created, now)
    check(signed)
