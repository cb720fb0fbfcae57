"""What one request takes, counted and not timed: round trips, statements, rows, WAL. The same on every machine."""

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.server.calls import call
from tests.server.counting_proxy import CountingProxy
from tools.bench.changes import take_back
from tools.bench.cluster import target_of, url_through
from tools.bench.environment import service_environment
from tools.bench.requests import Request
from tools.bench.scenarios import Scenario
from tools.bench.serving import Gunicorn, serving

TIMES = 5
WRITTEN = """
    SELECT relname, n_tup_ins, n_tup_upd, n_tup_del, n_tup_hot_upd FROM pg_stat_user_tables
    WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
"""
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
LSN = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"


@dataclass(frozen=True)
class Counts:
    """Of one request. `rows` are rows written, by table; `wal` bytes of WAL, the median of the requests."""

    status: int
    trips: float
    statements: float
    names: Sequence[str]
    rows: dict[str, float]
    wal: float


class CountedService:
    """A service with one connection, by way of a proxy that counts."""

    def __init__(self, server: Gunicorn, proxy: CountingProxy, url: str, database: psycopg.Connection[Any]) -> None:
        self._url = url
        self._server = server
        self._proxy = proxy
        self._database = database

    def count(self, scenario: Scenario) -> Counts:
        requests = scenario.requests()
        asked = [requests[number % len(requests)] for number in range(TIMES)]
        if scenario.changed:
            with psycopg.connect(self._url, autocommit=True) as passing:  # it tells its statistics when it ends
                take_back(passing, scenario.group)
        else:
            self._ask(requests[0])
        before = self._rows_written()
        self._open()
        with self._proxy.counting() as tally:
            answers = [self._ask(request) for request in asked]
        after = self._rows_written()
        rows = {table: (after[table] - before[table]) / TIMES for table in after if after[table] > before[table]}
        return Counts(
            status=answers[0][0],
            trips=tally.trips / TIMES,
            statements=len(tally.statements) / TIMES,
            names=tally.statements[: len(tally.statements) // TIMES],
            rows=rows,
            wal=statistics.median(wal for _, wal in answers),
        )

    def _open(self) -> None:
        """A connection, as all but a thread's first request find it."""
        call(self._server, "GET", "/ready")

    def _ask(self, request: Request) -> tuple[int, float]:
        """The status, and how many bytes of WAL were written meanwhile."""
        before = self._scalar(LSN)
        headers = {**request.headers, **({"Content-Type": "application/json"} if request.body else {})}
        answer = call(self._server, request.method, request.path, headers=headers, body=request.body or None)
        return answer.status, float(self._scalar(LSN) - before)

    def _rows_written(self) -> Counter[str]:
        """By table, once PostgreSQL knows: a backend tells when it ends."""
        self._proxy.cut()
        deadline = time.monotonic() + 5
        while self._scalar(OTHERS) and time.monotonic() < deadline:
            time.sleep(0.01)
        self._database.execute("SELECT pg_stat_clear_snapshot()")
        rows = self._database.execute(WRITTEN).fetchall()
        return Counter({table: sum(numbers[:3]) for table, *numbers in rows})

    def _scalar(self, query: str) -> Any:
        row = self._database.execute(query).fetchone()
        assert row is not None
        return row[0]


def count_all(url: str, database: psycopg.Connection[Any], scenarios: Sequence[Scenario]) -> dict[str, Counts]:
    """By what is asked: each only once, whatever its connections."""
    proxy = CountingProxy(target_of(url))
    environment = {**service_environment(url_through(url, proxy.port)), "WEB_CONCURRENCY": "1", "GUNICORN_THREADS": "1"}
    asked = {scenario.what: scenario for scenario in scenarios}
    try:
        with serving(environment) as server:
            counter = CountedService(server, proxy, url, database)
            return {what: counter.count(scenario) for what, scenario in asked.items()}
    finally:
        proxy.close()
