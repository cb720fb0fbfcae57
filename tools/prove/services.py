"""Services under test outside of pytest."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from typing import Any

from tests.server.servers import Proxy, Servers, Service


class _NoBlocker:
    """pytest-django keeps tests from the database unless they ask; nobody does here."""

    def unblock(self) -> Any:
        return nullcontext()


@contextmanager
def running_service(*, by: Proxy | None = None, **settings: str) -> Iterator[Service]:
    """A service on an empty database, which is Django's default one within the block; perhaps through a proxy."""
    with closing(Servers()) as servers:
        service = servers.proxied("proof", by=by, **settings) if by else servers.direct("proof", **settings)
        service.database.empty()
        with service.database.as_django_default(_NoBlocker()):
            yield service
