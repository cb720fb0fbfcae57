"""Why a proof does not hold."""

from typing import Final

FROM_THE_FUTURE: Final = "the proof was created in the future"
COULD_NOT_BE_CHECKED: Final = "the proof could not be checked"


class InvalidProof(Exception):
    """A credential's proof does not hold; the message is a short reason for humans, without the credential's texts."""


def is_lasting(fault: str) -> bool:
    """Return whether the fault will be found at any later time: not where the proof is from the future, nor where the
    check itself failed, for want of memory for example."""
    return fault != FROM_THE_FUTURE and not fault.startswith(COULD_NOT_BE_CHECKED)
