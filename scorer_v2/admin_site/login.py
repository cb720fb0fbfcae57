"""Logins are limited, by user name and by caller, so that nobody can try passwords at leisure."""

import hashlib
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from apps.account.rate_limits import RateLimit, Window, forget, is_beyond, parse_limit, window_at
from scorer_v2.conf import settings

if TYPE_CHECKING:  # unfold has no types
    from django.contrib.admin.forms import AdminAuthenticationForm as _AuthenticationForm
else:
    from unfold.forms import AuthenticationForm as _AuthenticationForm


class LimitedLoginForm(_AuthenticationForm):
    """Refuses without looking at the password once ADMIN_LOGIN_RATE_LIMIT is used up, by a name or by a caller.

    Attempts count before the password is looked at, so that many at once gain nothing; a login that succeeds makes
    those of its name forgotten. Without a working cache nothing is limited, and the log says so.
    """

    def clean(self) -> dict[str, Any]:
        limit = parse_limit(settings.ADMIN_LOGIN_RATE_LIMIT)
        if limit is None or self.request is None:
            return super().clean()
        of_name, of_caller = windows(self.request, self.cleaned_data.get("username", ""), limit)
        refused = [window for window in (of_name, of_caller) if is_beyond(limit, window)]
        if refused:
            raise ValidationError(_refusal(max(window.seconds_left for window in refused)), code="rate_limited")
        cleaned = super().clean()
        forget(of_name)
        return cleaned


def windows(request: HttpRequest, username: str, limit: RateLimit) -> tuple[Window, Window]:
    """Where attempts are counted: of the user name, and of the caller."""
    now = timezone.now()
    return (
        window_at(now, limit, name=f"admin-login-name-{_digest(username)}"),
        window_at(now, limit, name=f"admin-login-caller-{_digest(caller(request))}"),
    )


def caller(request: HttpRequest) -> str:
    """The last address of `X-Forwarded-For`, which the load balancer wrote; without one, who connected.

    Who reaches the server past the load balancer may write anything there, and is limited by the user name alone.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    return str(forwarded or request.META.get("REMOTE_ADDR", ""))


def _refusal(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"Too many attempts. Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}."


def _digest(text: str) -> str:
    """Names of any length and content, in any case, as one that every cache takes."""
    return hashlib.sha256(text.strip().lower().encode(errors="surrogatepass")).hexdigest()
