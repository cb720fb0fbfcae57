"""Rate limits of partner keys: fixed windows, counted in the cache (contract, section 5.2)."""

import hashlib
import logging
import math
import re
from dataclasses import dataclass
from datetime import datetime

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
        logger.error("a key's rate limit is not understood and does not apply", extra={"rate_limit": text})
        return None
    return RateLimit(int(match[1]), seconds)


@dataclass(frozen=True, slots=True)
class Window:
    """A window of time in which something is counted, under `name` in the cache."""

    name: str
    seconds_left: int


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
        logger.exception("rate limits are not applied: the cache fails")


def take_back(window: Window) -> None:
    """Uncount one; not where the cache fails, or has forgotten the window."""
    try:
        cache.decr(window.name)
    except ValueError:
        return
    except Exception:
        logger.exception("rate limits are not applied: the cache fails")


def _offset(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode(errors="surrogatepass")).digest()[:6], "big")


def _count(name: str, lifetime: int) -> int | None:
    """How many requests the window has seen, this one included; None when the cache fails."""
    try:
        return 1 if cache.add(name, 1, lifetime + 1) else int(cache.incr(name))
    except Exception:
        current().count_cache("rate_limits", "failed")
        logger.exception("rate limits are not applied: the cache fails")
        return None
