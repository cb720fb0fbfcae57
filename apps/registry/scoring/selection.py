"""Which stamps of an address go into its score (section 3.2)."""

from collections.abc import Iterable

from apps.registry.scoring.records import StoredStamp


def select_newest(stamps: Iterable[StoredStamp]) -> list[StoredStamp]:
    """The newest stamp of each provider; `stamps` come by ascending id.

    Providers are those of the rows, in the order of their first row. Of rows of one age the earlier one is taken.
    The newest stands for its provider even when it turns out to be invalid: an older valid one never replaces it.
    """
    newest: dict[str, StoredStamp] = {}
    for stamp in stamps:
        held = newest.get(stamp.provider)
        if held is None or stamp.updated_at > held.updated_at:
            newest[stamp.provider] = stamp
    return list(newest.values())
