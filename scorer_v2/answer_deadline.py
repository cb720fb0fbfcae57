"""How long the answers to one round trip are waited for.

The server's own limits end a statement that takes too long, and `tcp_user_timeout` a peer that acknowledges nothing.
Neither sees a peer that lives and says nothing: a proxy whose server is gone, or a server that is frozen.
"""

from select import POLLIN, POLLOUT, poll
from time import monotonic

import psycopg
from psycopg.pq.abc import PGconn, PGresult


class AnswerOverdue(psycopg.OperationalError):
    """The answers did not come in time. The connection is closed: whatever they would say is not waited for."""


class AnswerDeadline:
    """The time until which one round trip must be answered. 0 milliseconds: no limit."""

    __slots__ = ("_until",)

    def __init__(self, *, milliseconds: float) -> None:
        self._until = monotonic() + milliseconds / 1000 if milliseconds else None

    def next(self, connection: PGconn) -> PGresult | None:
        """The next result, once it is there. Raises AnswerOverdue, and psycopg.OperationalError."""
        if connection.is_busy():
            self._wait(connection)
        return connection.get_result()

    def ask(self, command: bytes, connection: PGconn) -> PGresult | None:
        """The result of one command without values. Raises AnswerOverdue, and psycopg.OperationalError."""
        connection.send_query(command)
        answer = self.next(connection)
        self.next(connection)  # the end of the answers
        return answer

    def _wait(self, connection: PGconn) -> None:
        """What is still to be sent goes out meanwhile, so that neither side blocks the other."""
        while connection.is_busy():
            events = POLLIN | POLLOUT if connection.flush() else POLLIN
            if not _is_ready(connection.socket, events, milliseconds=self._milliseconds_left()):
                connection.finish()
                raise AnswerOverdue("the answers are overdue")
            connection.consume_input()

    def _milliseconds_left(self) -> float | None:
        return None if self._until is None else max(0.0, self._until - monotonic()) * 1000


def _is_ready(file: int, events: int, *, milliseconds: float | None) -> bool:
    """Wait until the file is ready for one of the events. False: not in time; None is no limit."""
    waited = poll()
    waited.register(file, events)
    return bool(waited.poll(milliseconds))
