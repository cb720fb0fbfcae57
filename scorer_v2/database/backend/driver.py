"""psycopg, as Django's backend expects its driver, but with connections that know the request's deadline."""

from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from psycopg import *  # noqa: F403 - the backend asks the driver for its names

from scorer_v2.database.request_deadline import DeadlinePassed, current_deadline, database_wait

Result = TypeVar("Result")


class DeadlineConnection(psycopg.Connection[Any]):
    """A connection on which every wait ends with the request's deadline. Without a request it waits as psycopg does."""

    def wait(self, gen: Generator[Any, Any, Result], *args: Any, **options: Any) -> Result:
        """Raises DeadlinePassed, with the connection closed; and DatabaseBusy, with nothing sent."""
        if current_deadline() is None:
            return super().wait(gen, *args, **options)
        try:
            with database_wait() as seconds:
                return super().wait(gen, timeout=seconds)
        except psycopg.OperationalError as error:
            deadline = current_deadline()
            if deadline is None or deadline.seconds_left() > 0:
                raise
            self.pgconn.finish()
            raise DeadlinePassed("the request's deadline has passed") from error


connect = DeadlineConnection.connect
