"""One scenario: load, and what it cost."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import Any

import psutil
import psycopg

from apps.registry.scoring.proofs import proof_fault
from tools.bench import wrk
from tools.bench.figures import Histogram, percentile
from tools.bench.holders import STEADY, stored_stamps
from tools.bench.processes import cpu_seconds, local_processes, memory_megabytes
from tools.bench.requests import Request
from tools.bench.serving import Gunicorn

WARM_UPS = 8
SEEN = 0.05  # proofs verified a request
PROOFS = 200

BACKENDS = """
    SELECT pid FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class Sample:
    """Milliseconds; CPU per request, of PostgreSQL where it runs on this machine. `verification` is CPU as well: of
    so many proofs as were verified."""

    throughput: float
    p50: float
    p95: float
    p99: float
    service_cpu: float
    database_cpu: float | None
    verification: float
    round_trips: float
    requests: int
    errors: int


@dataclass(frozen=True)
class Measured:
    """`memory`: megabytes of each worker afterwards."""

    samples: Sequence[Sample]
    memory: Sequence[float] = field(default_factory=list)

    def median(self, name: str) -> float:
        return statistics.median(getattr(sample, name) or 0.0 for sample in self.samples)

    @property
    def errors(self) -> int:
        return sum(sample.errors for sample in self.samples)


class Meter:
    """Measures a server over the database that it uses."""

    def __init__(self, server: Gunicorn, database: psycopg.Connection[Any], *, samples: int, seconds: int) -> None:
        self.server = server
        self._database = database
        self._samples = samples
        self._seconds = seconds
        self._proof_seconds = proof_cpu_seconds()

    def measure(
        self,
        requests: Sequence[Request],
        *,
        connections: int,
        think_ms: float = 0.0,
        before_each: Callable[[], None] | None = None,
        seconds: int | None = None,
    ) -> Measured:
        """After load that does not count. `before_each` prepares a sample."""
        self._warm_up(requests)
        samples = []
        for _ in range(self._samples):
            if before_each is not None:
                before_each()
            samples.append(self._sample(requests, connections, seconds or self._seconds, think_ms))
        return Measured(samples, memory_megabytes(self.server.workers()))

    def _warm_up(self, requests: Sequence[Request]) -> None:
        """Until every process has seen every proof; without a verdict cache that is never."""
        for _ in range(WARM_UPS):
            counted = self.server.counted()
            load = wrk.run(self.server.base_url, requests, connections=8, seconds=1)
            if (self.server.counted() - counted).proofs / max(load.requests, 1) < SEEN:
                return

    def _sample(self, requests: Sequence[Request], connections: int, seconds: int, think_ms: float) -> Sample:
        workers, backends = self.server.workers(), self._backends()
        counted = self.server.counted()
        service, database = cpu_seconds(workers), cpu_seconds(backends)
        load = wrk.run(self.server.base_url, requests, connections=connections, seconds=seconds, think_ms=think_ms)
        service, database = cpu_seconds(workers) - service, cpu_seconds(backends) - database
        counted = self.server.counted() - counted
        return sample_of(
            load,
            service_cpu=service,
            database_cpu=database if backends else None,
            verification=counted.proofs * self._proof_seconds,
            round_trips=counted.round_trips,
        )

    def _backends(self) -> list[psutil.Process]:
        rows = self._database.execute(BACKENDS).fetchall()
        return local_processes((pid for (pid,) in rows), name="postgres")


@cache
def proof_cpu_seconds() -> float:
    """Of verifying one, with nothing else to do: under load its seconds of the wall are others' too."""
    now = datetime.now(UTC)
    credentials = [each for _, each in islice(stored_stamps(STEADY[20]), PROOFS)]
    started = time.process_time()
    for credential in credentials:
        if proof_fault(credential, now=now) is not None:
            raise ValueError("a stamp of the bench does not hold")
    return (time.process_time() - started) / len(credentials)


def sample_of(
    load: wrk.Load, *, service_cpu: float, database_cpu: float | None, verification: float, round_trips: float
) -> Sample:
    """Of seconds in all, milliseconds a request."""
    each = 1000 / max(load.requests, 1)
    return Sample(
        throughput=load.throughput,
        service_cpu=service_cpu * each,
        database_cpu=database_cpu * each if database_cpu is not None else None,
        verification=verification * each,
        round_trips=round_trips * each / 1000,
        requests=load.requests,
        errors=load.errors,
        **_latencies(load.histogram),
    )


def _latencies(histogram: Histogram) -> dict[str, float]:
    return {f"p{percent}": percentile(histogram, percent) / 1000 for percent in (50, 95, 99)}
