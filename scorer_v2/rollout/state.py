"""Which requests the rollout gives to this scorer, and the way to change that without a deploy.

The state is one value in the shared cache (Redis). Every process reads it at most once in a few seconds. It fails
closed: when the cache is down, or has lost the value, a process keeps what it read last. One that never read any has
the settings, and so it is after a reset, which is a value too.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.core.cache import cache, caches

from scorer_v2.conf import settings
from scorer_v2.observability import metrics

logger = logging.getLogger("scorer_v2.rollout")

ALL, HEADER, PERCENT = MODES = ("all", "header", "percent")
CACHE_NAME = "scorer_v2:rollout"
RESET = json.dumps({"mode": "settings"})
FROM_CACHE, REMEMBERED, FROM_SETTINGS = SOURCES = ("cache", "remembered", "settings")
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

    @property
    def width(self) -> int:
        """How much of the traffic it takes: the per cent; 101 for all, where no header keeps a request out."""
        return {ALL: 101, HEADER: 0, PERCENT: self.percent}[self.mode]


@dataclass(frozen=True, slots=True)
class InForce:
    """The rollout that a process follows, and where it comes from: one of SOURCES."""

    rollout: Rollout
    source: str


def configured() -> Rollout:
    """What the settings say. Raises ValueError."""
    return Rollout(settings.ROLLOUT_MODE, settings.ROLLOUT_PERCENT)


def stored() -> Rollout | None:
    """What the cache holds; None where it holds nothing, or a reset.

    Raises ValueError, and whatever a cache that is down raises.
    """
    text = _text()
    return None if text in (None, RESET) else _parsed(text)


def store(rollout: Rollout) -> None:
    """For all processes, until it is changed or forgotten."""
    cache.set(CACHE_NAME, json.dumps(asdict(rollout)), timeout=None)


def forget() -> None:
    """From now on the settings hold, in every process."""
    cache.set(CACHE_NAME, RESET, timeout=None)


def _text() -> Any:
    return cache.get(CACHE_NAME)


def is_shared() -> bool:
    """Whether other processes see the cache: a process's own memory reaches nobody."""
    return type(caches["default"]).__name__ not in _PRIVATE_BACKENDS


class CurrentRollout:
    """The state as this process knows it. Threads may share it: one of them reads anew, the others go on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known = InForce(configured(), FROM_SETTINGS)
        self._due = 0.0

    def __call__(self) -> Rollout:
        return self.in_force().rollout

    def in_force(self) -> InForce:
        """The rollout and its source, read anew when it is due."""
        now = self._clock()
        if now >= self._due:
            self._due = now + settings.ROLLOUT_REFRESH_SECONDS
            self._know(self._read())
        return self._known

    def _know(self, found: InForce) -> None:
        if found.rollout != self._known.rollout:
            before, after = asdict(self._known.rollout), asdict(found.rollout)
            logger.warning("the rollout state changed", extra={"from": before, "to": after, "source": found.source})
        self._known = found
        metrics.show_rollout(share=min(found.rollout.width, 100), source=found.source)

    def _read(self) -> InForce:
        try:
            text = _text()
            if text is not None:
                return InForce(configured(), FROM_SETTINGS) if text == RESET else InForce(_parsed(text), FROM_CACHE)
        except Exception:
            logger.exception("the rollout state could not be read: keeping the last known state, or the settings")
        return self._without_cache()

    def _without_cache(self) -> InForce:
        if self._known.source == FROM_SETTINGS:
            return InForce(configured(), FROM_SETTINGS)
        return InForce(self._known.rollout, REMEMBERED)


_of_this_process: list[CurrentRollout] = []


def follow() -> CurrentRollout:
    """The state for the middleware of this process, which `in_force` tells of from then on."""
    _of_this_process[:] = [CurrentRollout()]
    return _of_this_process[0]


def in_force() -> InForce:
    """What this process follows. Raises ValueError where the settings are not possible."""
    return (_of_this_process[0] if _of_this_process else follow()).in_force()


def _parsed(text: Any) -> Rollout:
    document = json.loads(text) if isinstance(text, str | bytes) else None
    if not isinstance(document, dict):
        raise ValueError("The rollout's state in the cache is no JSON object.")  # noqa: TRY004 - a wrong value, whoever wrote it
    return Rollout(document.get("mode", ""), document.get("percent", 0))
