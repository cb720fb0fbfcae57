"""What became of a wish to have scores computed again. Frozen."""

from dataclasses import dataclass

from apps.registry.recalculation.records import Tally


@dataclass(frozen=True, slots=True)
class Rescoring:
    """`tally` where it was done at once; `command` does it elsewhere where there are too many passports for that.

    `passports` is their number, counted no further than one more than is done at once.
    """

    passports: int
    command: str
    tally: Tally | None = None
