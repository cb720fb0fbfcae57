"""Rate limits of partner keys: fixed windows, counted in the cache (contract, section 5.2)."""

import hashlib
import logging
import math
import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from time import monotonic

from django.core.cache import cache

from scorer_v2.conf import settings
from scorer_v2.observability.measurements import current
from scorer_v2.primitives.errors import DomainError

logger = logging.getLogger("scorer_v2.rate_limits")

_FORM = re.compile(r"\s*(\d+)\s*/\s*(\d*)\s*([smhd])\s*", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class RateLimited(DomainError):
    status = 429
    detail = "You have been rate limited!"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`requests` in every window of `seconds`."""

    requests: int
    seconds: int


def parse_limit(text: str | None) -> RateLimit | None:
    """The limit of a column such as `125/15m`; None for `""` and null, which set none.

    A text that is no limit sets none either: a typing error must not lock a partner out. It is logged.
    """
    if not text:
        return None
    match = _FORM.fullmatch(text)
    seconds = int(match[2] or 1) * _SECONDS[match[3]] if match else 0
    if match is None or seconds == 0:
        logger.error("an API key's rate limit is invalid and is not applied", extra={"rate_limit": text})
        return None
    return RateLimit(int(match[1]), seconds)


@dataclass(frozen=True, slots=True)
class Window:
    """A window of time in which something is counted, under `name` in the cache."""

    name: str
    seconds_left: int


class KnownLimits:
    """The limits of keys that were proven lately, by the digest of the whole key; the oldest leaves first.

    With it a request beyond its limit is refused before anything is locked or loaded. A limit that an operator changes
    applies after `seconds` at the latest. Threads may share it.
    """

    def __init__(self, *, size: int, seconds: float) -> None:
        self._size, self._seconds = size, seconds
        self._held: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._lock = Lock()

    def recall(self, digest: str) -> str | None:
        """Return the limit, `""` for none; None for a key that was not proven lately."""
        with self._lock:
            limit, until = self._held.get(digest, ("", 0.0))
        return limit if monotonic() < until else None

    def keep(self, digest: str, limit: str) -> None:
        """Keep the limit of a key that was just proven."""
        with self._lock:
            self._held.pop(digest, None)
            self._held[digest] = limit, monotonic() + self._seconds
            if len(self._held) > self._size:
                self._held.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._held.clear()


known_limits = KnownLimits(size=10_000, seconds=60)


def window_at(now: datetime, limit: RateLimit, *, name: str) -> Window:
    """Windows start at another moment for each name, so that not all reset together."""
    elapsed = now.timestamp() + _offset(name) % limit.seconds
    number, used = divmod(elapsed, limit.seconds)
    left = max(1, math.ceil(limit.seconds - used))
    return Window(f"rate_limit:{name}:{limit.seconds}:{int(number)}", left)


def enforce_limit(*, prefix: str, rate_limit: str | None, now: datetime) -> None:
    """Counts the request and refuses it beyond the limit. Raises RateLimited with `Retry-After`.

    A cache that fails limits nobody: the request passes, and the log says so.
    """
    limit = parse_limit(rate_limit) if settings.RATELIMIT_ENABLE else None
    if limit is None:
        return
    window = window_at(now, limit, name=prefix)
    if is_beyond(limit, window):
        raise RateLimited(headers={"Retry-After": str(window.seconds_left)})


def is_beyond(limit: RateLimit, window: Window) -> bool:
    """Counts, and says whether it is too much. A cache that fails counts nothing, and the log says so."""
    count = _count(window.name, window.seconds_left)
    return count is not None and count > limit.requests


def forget(window: Window) -> None:
    """The window starts anew; not where the cache fails, which counts nothing either."""
    try:
        cache.delete(window.name)
    except Exception:
        logger.exception("rate limits are not applied: the cache is unavailable")


def take_back(window: Window) -> None:
    """Uncount one; not where the cache fails, or has forgotten the window."""
    try:
        cache.decr(window.name)
    except ValueError:
        return
    except Exception:
        logger.exception("rate limits are not applied: the cache is unavailable")


def _offset(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode(errors="surrogatepass")).digest()[:6], "big")


def _count(name: str, lifetime: int) -> int | None:
    """How many requests the window has seen, this one included; None when the cache fails."""
    try:
        return 1 if cache.add(name, 1, lifetime + 1) else int(cache.incr(name))
    except Exception:
        current().count_cache("rate_limits", "failed")
        logger.exception("rate limits are not applied: the cache is unavailable")
        return None
