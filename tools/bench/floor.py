"""The floor: the statements of a request driven by a bare psycopg loop, with nothing else around them.

As many connections as the service has for it, in as many processes as it has workers, a thread for each connection;
pipelined and prepared alike.
"""

import multiprocessing
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import psycopg

from tools.bench.figures import percentile
from tools.bench.recording import Trips

Connection = psycopg.Connection[tuple[Any, ...]]
START_SECONDS = 60


@dataclass(frozen=True)
class Floor:
    """`p50` in milliseconds; `cpu` of the loop, in milliseconds for each request's statements."""

    throughput: float
    p50: float
    cpu: float


@dataclass(frozen=True)
class Access:
    """How the service connects."""

    url: str
    prepare_threshold: int | None
    options: str

    def connect(self) -> Connection:
        return psycopg.connect(
            self.url, autocommit=True, prepare_threshold=self.prepare_threshold, options=self.options
        )


def measure(access: Access, requests: Sequence[Trips], *, connections: int, processes: int, seconds: float) -> Floor:
    """Each connection has requests of its own, so that none waits for another's locks."""
    shares = [requests[number::connections] for number in range(connections)]
    context = multiprocessing.get_context("spawn")
    given = [shares[number::processes] for number in range(min(processes, connections))]
    barrier, answers = context.Barrier(len(given)), context.Queue()
    workers = [context.Process(target=_work, args=(access, each, seconds, barrier, answers)) for each in given]
    for worker in workers:
        worker.start()
    found = [answers.get(timeout=START_SECONDS + 10 * seconds) for _ in workers]
    for worker in workers:
        worker.join()
    taken = [latency for latencies, _ in found for latency in latencies]
    cpu = 1000 * sum(used for _, used in found) / len(taken)
    middle = percentile(dict.fromkeys(taken, 1), 50)
    return Floor(throughput=len(taken) / seconds, p50=1000 * middle, cpu=cpu)


def _work(access: Access, shares: Sequence[Sequence[Trips]], seconds: float, barrier: Any, answers: Any) -> None:
    """One process; it answers the seconds of each request, and its seconds of CPU."""
    connections = [access.connect() for _ in shares]
    for connection, share in zip(connections, shares, strict=True):
        for request in share:
            carry_out(connection, request)  # prepares, and fills caches
    barrier.wait(START_SECONDS)
    latencies: list[float] = []
    used, deadline = time.process_time(), time.perf_counter() + seconds
    threads = [
        threading.Thread(target=drive, args=(connection, share, deadline, latencies))
        for connection, share in zip(connections, shares, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put((latencies, time.process_time() - used))


def drive(connection: Connection, requests: Sequence[Trips], deadline: float, latencies: list[float]) -> None:
    for request in cycle(requests):
        started = time.perf_counter()
        if started >= deadline:
            return
        carry_out(connection, request)
        latencies.append(time.perf_counter() - started)


def carry_out(connection: Connection, request: Trips) -> None:
    """Sends each round trip's statements in one pipeline, and fetches the rows."""
    for trip in request:
        with connection.pipeline():
            cursors = [connection.execute(sent.sql, sent.values) for sent in trip]
        for cursor in cursors:
            if cursor.description is not None:
                cursor.fetchall()
