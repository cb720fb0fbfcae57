"""Authentication that a service does together with its other reading must still come before a 422 (section 1.2).

The door says how to authenticate alone; the error handler does so when the parameters turn out to be wrong.
"""

from collections.abc import Callable

from django.http import HttpRequest

_NAME = "scorer_v2_deferred_authentication"


def defer_authentication(request: HttpRequest, authenticate: Callable[[], None]) -> None:
    setattr(request, _NAME, authenticate)


def authenticate_now(request: HttpRequest) -> None:
    """Raises DomainError where the caller is refused; does nothing where nothing was deferred."""
    authenticate: Callable[[], None] | None = getattr(request, _NAME, None)
    if authenticate is not None:
        authenticate()
