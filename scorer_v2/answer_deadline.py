"""How long the answers to one round trip are waited for.

The server's own limits end a statement that takes too long, and `tcp_user_timeout` a peer that acknowledges nothing.
Neither sees a peer that lives and says nothing: a proxy whose server is gone, or a server that is frozen.
"""

from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Any, Self, TypeVar

import psycopg
from psycopg import generators, waiting
from psycopg.abc import PQGen
from psycopg.pq.abc import PGconn, PGresult

Result = TypeVar("Result")

# How often the wait looks up to see an interrupt (Ctrl-C), as the driver's own.
LOOKS_UP_EVERY_SECONDS = 0.1


class AnswerOverdue(psycopg.OperationalError):
    """The answers did not come in time. The connection is closed: whatever they would say is not waited for."""


class AnswerDeadline:
    """The time until which one round trip must be answered.

        with AnswerDeadline(milliseconds=15_000).on(driver):
            ...                                    # all that the driver waits for within the block
        AnswerDeadline(milliseconds=15_000).wait(generator, pgconn)      # one wait, for who drives libpq on his own

    0 milliseconds: no limit.
    """

    __slots__ = ("_driver", "_until")

    def __init__(self, *, milliseconds: int) -> None:
        self._until = monotonic() + milliseconds / 1000 if milliseconds else None
        self._driver: psycopg.Connection[Any] | None = None

    def wait(self, generator: PQGen[Result], pgconn: PGconn) -> Result:
        """What the generator returns. Raises AnswerOverdue."""
        left = None if self._until is None else max(self._until - monotonic(), 0)
        try:
            return waiting.wait(generator, pgconn.socket, interval=LOOKS_UP_EVERY_SECONDS, timeout=left)
        except psycopg.OperationalError as error:
            if self._until is None or monotonic() < self._until or error.sqlstate is not None:
                raise
            # First the connection, or the generator would go on waiting when it is ended.
            pgconn.finish()
            with suppress(psycopg.Error):
                generator.close()
            raise AnswerOverdue("the answers are overdue") from error

    def ask(self, command: bytes, pgconn: PGconn) -> list[PGresult]:
        """The results of one command without values. Raises AnswerOverdue."""
        pgconn.send_query(command)
        return self.wait(generators.execute(pgconn), pgconn)

    def on(self, driver: psycopg.Connection[Any]) -> Self:
        """For the time of a block, whatever the connection waits for has this deadline."""
        self._driver = driver
        return self

    def __enter__(self) -> None:
        if self._driver is not None and self._until is not None:
            pgconn = self._driver.pgconn
            # The driver has no place for a wait of one's own; an attribute of the object comes before its method.
            self._driver.wait = lambda generator, *_, **__: self.wait(generator, pgconn)  # type: ignore[method-assign]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._driver is not None:
            vars(self._driver).pop("wait", None)
