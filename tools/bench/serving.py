"""The service under load: gunicorn with the configuration of deployments, or another server in its place."""

import os
import shutil
import socket
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from prometheus_client.parser import text_string_to_metric_families

from tests.server.running_server import HOST, RunningServer
from tools.bench.environment import METRICS_TOKEN

MEMORY = "/dev/shm"  # noqa: S108 - logs of a run must not wait for a disk
WORKERS, THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 4


@dataclass(frozen=True)
class Kind:
    """A way to serve with gunicorn: its worker class, None for that of our configuration."""

    worker_class: str | None = None
    processes: int = WORKERS
    threads: int = THREADS


KINDS = {
    "gthread": Kind(),
    "sync": Kind("sync", threads=1),
    # As many requests at once as with threads.
    "sync, as many processes": Kind("sync", processes=WORKERS * THREADS, threads=1),
}
GRANIAN = "granian"


@dataclass(frozen=True)
class Counted:
    """What the service has counted so far, over all its processes: proofs that it verified, and round trips."""

    proofs: float
    round_trips: float

    def __sub__(self, other: "Counted") -> "Counted":
        return Counted(self.proofs - other.proofs, self.round_trips - other.round_trips)


class Gunicorn(RunningServer):
    """`worker_class` other than that of the configuration."""

    def __init__(self, environment: Mapping[str, str], log: Path, *, worker_class: str | None = None) -> None:
        self._worker_class = worker_class
        super().__init__(environment, log, behind_nginx=False)

    def command(self, listener: socket.socket) -> list[str]:
        chosen = ["--worker-class", self._worker_class] if self._worker_class else []
        application = "scorer_v2.wsgi:application"
        return [*super().command(listener)[:-1], *chosen, application]

    def workers(self) -> list[psutil.Process]:
        children: list[psutil.Process] = psutil.Process(self.pid).children()
        return children

    def counted(self) -> Counted:
        request = urllib.request.Request(  # noqa: S310 - our server
            f"{self.base_url}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - our server
            return counted_from(answer.read().decode())


class Granian(Gunicorn):
    """With as many processes and threads as gunicorn."""

    def command(self, listener: socket.socket) -> list[str]:
        port = listener.getsockname()[1]
        listener.close()
        options = ["--host", HOST, "--port", str(port), "--workers", str(WORKERS), "--blocking-threads", str(THREADS)]
        program = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "warning"]
        return [*program, *options, "scorer_v2.wsgi:application"]


def counted_from(text: str) -> Counted:
    """The sums that a page of metrics has."""
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    proofs = (
        sample.value
        for sample in samples
        if sample.name == "scorer_v2_proofs_total" and sample.labels["outcome"] != "remembered"
    )
    trips = (sample.value for sample in samples if sample.name == "scorer_v2_round_trips_total")
    return Counted(sum(proofs), sum(trips))


@contextmanager
def serving(environment: Mapping[str, str], *, kind: str = "gthread") -> Iterator[Gunicorn]:
    """A running service. `kind`: one of KINDS, or GRANIAN."""
    folder = Path(tempfile.mkdtemp(prefix="scorer-bench-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    way = KINDS.get(kind, Kind())
    given = {"WEB_CONCURRENCY": str(way.processes), "GUNICORN_THREADS": str(way.threads), **environment}
    try:
        if kind == GRANIAN:
            given["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
            server: Gunicorn = Granian(given, folder / "log")
        else:
            server = Gunicorn(given, folder / "log", worker_class=way.worker_class)
        with server:
            yield server
    finally:
        shutil.rmtree(folder)
