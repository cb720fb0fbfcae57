"""Copying the active weights to the scorers (contract, section 6.8)."""

from dataclasses import dataclass

from apps.scorer_weighted.active_weights import managers
from scorer_v2.database.bulk import transaction
from scorer_v2.primitives.errors import DomainError


class NoActiveWeights(DomainError):
    """There is nothing that could be copied."""

    status = 409
    detail = "There is no active weight configuration with weights."


@dataclass(frozen=True, slots=True)
class CopiedWeights:
    """What was copied, and to how many scorers. `unchanged` had these weights already, `excluded` keep their own."""

    version: str
    providers: int
    threshold: str
    changed: int
    unchanged: int
    excluded: int


def copy_active_weights(*, dry_run: bool = False) -> CopiedWeights:
    """Copies the active configuration's weights to every scorer that is not excluded from updates, and its threshold to
    the binary ones of them. No score is computed again by this. Doing it again changes nothing.

    Runs inside an open transaction, or in one of its own. Raises NoActiveWeights, and DatabaseUnavailable.
    """
    with transaction() as bulk:
        active = managers.find_active(bulk)
        if active is None or active.weights is None:
            raise NoActiveWeights
        scorers, excluded, changing = managers.compare(bulk, active)
        if changing and not dry_run:
            managers.copy(bulk, active)
    return CopiedWeights(
        version=active.version,
        providers=active.providers,
        threshold=active.threshold,
        changed=changing,
        unchanged=scorers - excluded - changing,
        excluded=excluded,
    )
