"""Services under test outside of pytest."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from typing import Any

from tests.server.servers import Servers, Service


class _NoBlocker:
    """pytest-django keeps tests from the database unless they ask; nobody does here."""

    def unblock(self) -> Any:
        return nullcontext()


@contextmanager
def running_service(*, proxied: bool = False, **settings: str) -> Iterator[Service]:
    """A service on an empty database, which is Django's default one within the block."""
    with closing(Servers()) as servers:
        start = servers.proxied if proxied else servers.direct
        service = start("proof", **settings)
        service.database.empty()
        with service.database.as_django_default(_NoBlocker()):
            yield service
