"""Where failed logins are counted, and from whom.

Three limits, the narrowest first: of a user name from one caller (ADMIN_LOGIN_RATE_LIMIT), of a caller whatever the
name (five times that), of a user name from everywhere (twenty times that). The last one does not hold for a caller from
which the name has logged in during the last 30 days: wrong passwords from elsewhere cannot lock a person out.
"""

import hashlib
import logging

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from apps.account.rate_limits import RateLimit, Window, forget, window_at
from scorer_v2.http.trusted_peers import is_from_trusted_peer

logger = logging.getLogger("scorer_v2.admin_site")

CALLER_FACTOR, NAME_FACTOR = 5, 20
KNOWN_SECONDS = 30 * 86_400


def of_attempt(limit: RateLimit, *, name: str, caller: str) -> list[tuple[RateLimit, Window]]:
    """Return the limits of an attempt with the windows in which it counts, in the order in which they are asked."""
    pair = (limit, _window(limit, f"{_of_name(name)}-{_digest(caller)}"))
    of_caller = (_times(limit, CALLER_FACTOR), _window(limit, f"caller-{_digest(caller)}"))
    if _read(_known(name, caller)):
        return [pair, of_caller]
    return [pair, of_caller, (_times(limit, NAME_FACTOR), _window(limit, _of_name(name)))]


def remember(*, name: str, caller: str) -> None:
    """Note that the name has logged in from this caller."""
    _write(_known(name, caller), 1)


def lift_name(name: str) -> None:
    """Let a user name be tried again, from everywhere."""
    _write(_lifted(name), _read(_lifted(name)) + 1)


def lift_caller(limit: RateLimit, caller: str) -> None:
    """Let a caller try again."""
    forget(_window(limit, f"caller-{_digest(caller)}"))


def caller_of(request: HttpRequest) -> str:
    """Return the peer's address, or the last one of `X-Forwarded-For` where the peer is a trusted proxy.

    FORWARDED_ALLOW_IPS says which are, as for gunicorn. A peer without an address is on this machine (a socket file).
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    return forwarded if forwarded and is_from_trusted_peer(request) else peer


def _of_name(name: str) -> str:
    """Lifting a limit leads to new windows: nobody knows from which callers there are old ones."""
    return f"name-{_digest(name)}-{_read(_lifted(name))}"


def _window(limit: RateLimit, name: str) -> Window:
    return window_at(timezone.now(), limit, name=f"admin-login-{name}")


def _times(limit: RateLimit, factor: int) -> RateLimit:
    return RateLimit(limit.requests * factor, limit.seconds)


def _known(name: str, caller: str) -> str:
    return f"admin-login-known:{_digest(name)}:{_digest(caller)}"


def _lifted(name: str) -> str:
    return f"admin-login-lifted:{_digest(name)}"


def _read(key: str) -> int:
    try:
        return int(cache.get(key) or 0)
    except Exception:
        logger.exception("login limits could not be read: the cache is unavailable")
        return 0


def _write(key: str, value: int) -> None:
    try:
        cache.set(key, value, KNOWN_SECONDS)
    except Exception:
        logger.exception("login limits could not be stored: the cache is unavailable")


def _digest(text: str) -> str:
    """Return texts of any length and content, in any case, as one that every cache takes."""
    return hashlib.sha256(text.strip().lower().encode(errors="surrogatepass")).hexdigest()
