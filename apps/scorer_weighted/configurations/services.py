"""Weight configurations (contract, section 6.7): made, copied, activated; what they change, and for how many scorers.

All of these run inside an open transaction, or in one of their own. All raise DatabaseUnavailable, the writing ones
also Conflict. None touches a scorer: that is `copy_active_weights`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.scorer_weighted.configurations import managers
from apps.scorer_weighted.configurations.changes import WeighingChange, changes_between
from apps.scorer_weighted.configurations.csv_file import WeightEntry
from apps.scorer_weighted.configurations.managers import AlikeScorers, Configuration
from scorer_v2.database.bulk import BulkTransaction, transaction
from scorer_v2.primitives.errors import DomainError, NotFound

NO_CONFIGURATION = "There is no such weight configuration."
KINDS_OF_SCORERS = 50
BINARY = "WEIGHTED_BINARY"


class VersionTaken(DomainError):
    """Versions are unique."""

    status = 409
    detail = "There is a weight configuration of this version already."


class EmptyConfiguration(DomainError):
    """Without weights every score would be 0."""

    status = 409
    detail = "A configuration without weights cannot be activated."


class ChangedMeanwhile(DomainError):
    """What a change was based on is not what is stored."""

    status = 409
    detail = "Somebody else changed it meanwhile. Look at it again."


@dataclass(frozen=True, slots=True)
class ScorersChange:
    """What a configuration changes for scorers that weigh alike: nothing for excluded ones."""

    scorers: AlikeScorers
    change: WeighingChange


def create_configuration(
    *, entries: Sequence[WeightEntry], threshold: float, version: str = "", description: str = ""
) -> int:
    """The id of a new, inactive configuration; without a version it gets the next number. Raises VersionTaken."""
    with transaction() as bulk:
        managers.lock(bulk)
        chosen = _version(bulk, version)
        return managers.create(bulk, entries, version=chosen, threshold=threshold, description=description)


def change_configuration(
    *, configuration_id: int, entries: Sequence[WeightEntry], threshold: float, updated_at: datetime
) -> None:
    """Gives it these weights and no others. `updated_at` is that of the one that the change is based on.

    Raises NotFound and ChangedMeanwhile.
    """
    with transaction() as bulk:
        _lock(bulk, configuration_id)
        if not managers.change(bulk, configuration_id, entries, threshold=threshold, updated_at=updated_at):
            raise ChangedMeanwhile


def clone_configuration(*, configuration_id: int, version: str = "", description: str = "") -> int:
    """The id of an inactive copy. Raises NotFound and VersionTaken."""
    with transaction() as bulk:
        _lock(bulk, configuration_id)
        chosen = _version(bulk, version)
        return managers.clone(bulk, configuration_id, version=chosen, description=description)


def activate_configuration(*, configuration_id: int) -> bool:
    """Makes it the only active one, and says whether it was not before. Raises NotFound and EmptyConfiguration."""
    with transaction() as bulk:
        _lock(bulk, configuration_id)
        if not _wanted(bulk, configuration_id)[0].weights:
            raise EmptyConfiguration
        return managers.activate(bulk, configuration_id)


def next_version() -> str:
    """The number that a configuration without a version would get."""
    with transaction() as bulk:
        return managers.next_version(bulk)


def find_configuration(*, configuration_id: int) -> tuple[Configuration, Configuration | None]:
    """The configuration, and the active one if there is any. Raises NotFound."""
    with transaction() as bulk:
        return _wanted(bulk, configuration_id)


def find_active_configuration() -> Configuration | None:
    """The active one, if there is any."""
    with transaction() as bulk:
        return next(iter(managers.find_configurations(bulk, [])), None)


def changes_for_scorers(*, weights: Mapping[str, float], threshold: float) -> list[ScorersChange]:
    """What copying these weights would change, by kinds of scorers; at most KINDS_OF_SCORERS of them.

    Scorers of type WEIGHTED keep their threshold (6.8).
    """
    with transaction() as bulk:
        kinds = managers.find_scorers(bulk, limit=KINDS_OF_SCORERS)
    return [ScorersChange(kind, _change(kind, weights, threshold)) for kind in kinds]


def _change(kind: AlikeScorers, weights: Mapping[str, float], threshold: float) -> WeighingChange:
    if kind.excluded:
        return WeighingChange((), unchanged=len(kind.weights or {}))
    return changes_between(
        kind.weights,
        weights,
        threshold_before=kind.threshold,
        threshold_after=threshold if kind.type == BINARY else kind.threshold,
    )


def _wanted(bulk: BulkTransaction, configuration_id: int) -> tuple[Configuration, Configuration | None]:
    found = managers.find_configurations(bulk, [configuration_id])
    wanted = next((one for one in found if one.id == configuration_id), None)
    if wanted is None:
        raise NotFound(NO_CONFIGURATION)
    return wanted, next((one for one in found if one.active), None)


def _lock(bulk: BulkTransaction, configuration_id: int) -> None:
    if configuration_id not in managers.lock(bulk):
        raise NotFound(NO_CONFIGURATION)


def _version(bulk: BulkTransaction, wanted: str) -> str:
    version = wanted or managers.next_version(bulk)
    if managers.version_exists(bulk, version):
        raise VersionTaken
    return version
