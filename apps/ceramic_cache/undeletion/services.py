"""Taking back the deletion of stored stamps (contract, section 6.7). No score is computed again by this."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.ceramic_cache.undeletion import managers
from scorer_v2.database.bulk import transaction


@dataclass(frozen=True, slots=True)
class Undeleted:
    """Ids in ascending order. `failed` are not deleted, or a live stamp of their type and provider is in the way."""

    undeleted: tuple[int, ...]
    failed: tuple[int, ...]


def undelete_stamps(*, stamp_ids: Sequence[int]) -> Undeleted:
    """Makes the stamps live again, of several for one provider the newest. Doing it again changes nothing.

    Runs inside an open transaction, or in one of its own. Raises Conflict, with nothing written, where somebody stores
    a stamp of that provider at the same moment; and DatabaseUnavailable.
    """
    with transaction() as bulk:
        undeleted = managers.undelete(bulk, stamp_ids)
    return Undeleted(tuple(sorted(undeleted)), tuple(sorted(set(stamp_ids) - undeleted)))
