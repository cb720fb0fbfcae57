"""Failed logins are limited, so that nobody can try passwords at leisure, and nobody can lock somebody else out."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from apps.account.rate_limits import RateLimit, Window, forget, is_beyond, parse_limit, take_back
from scorer_v2.admin_site import login_windows
from scorer_v2.conf import settings

if TYPE_CHECKING:  # unfold has no types
    from django.contrib.admin.forms import AdminAuthenticationForm as _AuthenticationForm
else:
    from unfold.forms import AuthenticationForm as _AuthenticationForm


class LimitedLoginForm(_AuthenticationForm):
    """Refuse a login without looking at the password once its limits are used up (`login_windows`).

    An attempt counts before the password is looked at, so that many at once gain nothing; a login that succeeds takes
    it back. Without a working cache nothing is limited, and the log says so.
    """

    def clean(self) -> dict[str, Any]:
        limit = parse_limit(settings.ADMIN_LOGIN_RATE_LIMIT)
        if limit is None or self.request is None:
            return super().clean()
        name, caller = self.cleaned_data.get("username", ""), login_windows.caller_of(self.request)
        windows = login_windows.of_attempt(limit, name=name, caller=caller)
        _refuse_beyond(windows)
        cleaned = super().clean()
        (_, of_name_and_caller), *others = windows
        forget(of_name_and_caller)
        for _, window in others:
            take_back(window)
        login_windows.remember(name=name, caller=caller)
        return cleaned


def _refuse_beyond(windows: list[tuple[RateLimit, Window]]) -> None:
    """Count the attempt in one window after the other. Raises ValidationError at the first that is used up."""
    for limit, window in windows:
        if is_beyond(limit, window):
            raise ValidationError(_refusal(window.seconds_left), code="rate_limited")


def _refusal(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"Too many attempts. Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}."
