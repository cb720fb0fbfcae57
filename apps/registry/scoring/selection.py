"""Which stamps of an address go into its score (section 3.2)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A stored stamp, as far as selecting looks at it."""

    @property
    def provider(self) -> str: ...
    @property
    def updated_at(self) -> datetime: ...


AnyStamp = TypeVar("AnyStamp", bound=Dated)


def select_newest(stamps: Iterable[AnyStamp]) -> list[AnyStamp]:
    """The newest stamp of each provider; `stamps` come by ascending id.

    Providers are those of the rows, in the order of their first row. Of rows of one age the earlier one is taken.
    The newest stands for its provider even when it turns out to be invalid: an older valid one never replaces it.
    """
    newest: dict[str, AnyStamp] = {}
    for stamp in stamps:
        held = newest.get(stamp.provider)
        if held is None or stamp.updated_at > held.updated_at:
            newest[stamp.provider] = stamp
    return list(newest.values())
