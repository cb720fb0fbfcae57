"""Which requests the rollout gives to this scorer, and the way to change that without a deploy.

The state is one value in the shared cache (Redis). Every process reads it at most once in a few seconds. Without it,
or while the cache is down, the settings hold.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.core.cache import cache, caches

from scorer_v2 import turns
from scorer_v2.conf import settings

logger = logging.getLogger("scorer_v2.rollout")

ALL, HEADER, PERCENT = MODES = ("all", "header", "percent")
CACHE_NAME = "scorer_v2:rollout"
_PRIVATE_BACKENDS = ("LocMemCache", "DummyCache")


@dataclass(frozen=True, slots=True)
class Rollout:
    """`percent`, 0 to 100, counts in the mode of that name only."""

    mode: str
    percent: int

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"The rollout's mode must be one of {', '.join(MODES)}, not {self.mode!r}.")
        if type(self.percent) is not int or not 0 <= self.percent <= 100:
            raise ValueError(f"The rollout's percent must be a whole number from 0 to 100, not {self.percent!r}.")


def configured() -> Rollout:
    """What the settings say. Raises ValueError."""
    return Rollout(settings.ROLLOUT_MODE, settings.ROLLOUT_PERCENT)


def stored() -> Rollout | None:
    """What the cache holds. Raises ValueError, and whatever a cache that is down raises."""
    with turns.waiting:
        text = cache.get(CACHE_NAME)
    return None if text is None else _parsed(text)


def store(rollout: Rollout) -> None:
    """For all processes, until it is changed or forgotten."""
    cache.set(CACHE_NAME, json.dumps(asdict(rollout)), timeout=None)


def forget() -> None:
    """From now on the settings hold."""
    cache.delete(CACHE_NAME)


def is_shared() -> bool:
    """Whether other processes see the cache: a process's own memory reaches nobody."""
    return type(caches["default"]).__name__ not in _PRIVATE_BACKENDS


class CurrentRollout:
    """The state as this process knows it. Threads may share it: one of them reads anew, the others go on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known = configured()
        self._due = 0.0

    def __call__(self) -> Rollout:
        now = self._clock()
        if now >= self._due:
            self._due = now + settings.ROLLOUT_REFRESH_SECONDS
            self._known = self._read()
        return self._known

    def _read(self) -> Rollout:
        try:
            found = stored() or configured()
        except Exception:
            logger.exception("the rollout's state cannot be read: the settings hold")
            found = configured()
        if found != self._known:
            logger.warning("the rollout changes", extra={"from": asdict(self._known), "to": asdict(found)})
        return found


def _parsed(text: Any) -> Rollout:
    document = json.loads(text) if isinstance(text, str | bytes) else None
    if not isinstance(document, dict):
        raise ValueError("The rollout's state in the cache is no JSON object.")  # noqa: TRY004 - a wrong value, whoever wrote it
    return Rollout(document.get("mode", ""), document.get("percent", 0))
