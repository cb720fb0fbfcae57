"""Past one machine, on paper: what a database of a given size carries, from what a score was measured to cost."""

from collections.abc import Iterator
from dataclasses import dataclass

from tools.bench.figures import median
from tools.bench.results import Results
from tools.bench.serving import THREADS

SCORE = "score of 20, 8 connections"
COUNTED = "score of 20"
# How busy a database may be for long: the rest is for vacuum, checkpoints, backups, and the hour that is not average.
BUSY = 0.6
# How busy a processor of the service may be before answers wait for it.
BUSY_SERVICE = 0.7
MEMORY_PER_PROCESSOR = 4  # gigabytes, of the general classes of managed databases
CONNECTIONS_PER_GIGABYTE, MOST_CONNECTIONS = 112, 5_000  # RDS: memory / 9,531,392 bytes
LEFT_TO_OTHERS = 0.2  # of the connections: migrations, people, the replaced service
SIZES = (2, 4, 8, 16, 32)
SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Costs:
    """Of one score of 20 unchanged stamps: seconds of CPU, bytes of WAL, bytes in the two tables that only grow."""

    database: float
    service: float
    wal: float
    kept: float


@dataclass(frozen=True)
class Capacity:
    """`connections` are those of so many service processes, `at_most` what a database of the size gives them."""

    processors: int
    scores: float
    processes: int
    connections: int
    at_most: int
    wal: float
    kept_a_day: float


def costs_of(results: Results) -> Costs | None:
    """None where the run has not measured them, or not PostgreSQL's CPU."""
    figures, counts = results.scenarios.get(SCORE), results.counts.get(COUNTED)
    if not figures or not counts or figures["samples"][0]["database_cpu"] is None:
        return None
    return Costs(
        database=median(figures, "database_cpu") / 1000,
        service=median(figures, "service_cpu") / 1000,
        wal=counts["wal"],
        kept=sum(results.about["row_bytes"].values()),
    )


def capacities(costs: Costs) -> Iterator[Capacity]:
    for processors in SIZES:
        scores = processors * BUSY / costs.database
        processes = -int(-scores * costs.service // BUSY_SERVICE)
        memory = processors * MEMORY_PER_PROCESSOR
        yield Capacity(
            processors=processors,
            scores=scores,
            processes=processes,
            connections=processes * THREADS,
            at_most=int(min(memory * CONNECTIONS_PER_GIGABYTE, MOST_CONNECTIONS) * (1 - LEFT_TO_OTHERS)),
            wal=scores * costs.wal,
            kept_a_day=scores * SECONDS_A_DAY * costs.kept,
        )
