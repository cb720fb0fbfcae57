"""The backend itself, where Django looks for it."""

from typing import Any

from django.db.backends.postgresql import base

from scorer_v2.database.backend import driver
from scorer_v2.database.request_deadline import database_wait


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own; a new connection, too, is waited for no longer than the request may take."""

    Database = driver

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Raises what the driver raises, and DatabaseBusy. libpq waits for 2 seconds at least."""
        with database_wait() as seconds:
            if seconds is not None:
                given = int(conn_params.get("connect_timeout") or 0)
                left = max(int(seconds), 1)
                conn_params = {**conn_params, "connect_timeout": min(given, left) if given else left}
            return super().get_new_connection(conn_params)
