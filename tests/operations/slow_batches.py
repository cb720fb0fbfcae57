"""A batch for workers to be busy with."""

import os
import sys
import time
from collections.abc import Sequence

from apps.registry.recalculation.records import Tally


def tell_and_sleep(community_id: int, passport_ids: Sequence[int]) -> Tally:
    """Prints its process, and never ends by itself within a test."""
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    time.sleep(60)
    return Tally()
