"""A management command in processes of its own, and what it and its database processes cost."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from django.db import connection

from tools.bench.processes import memory_megabytes

ROOT = Path(__file__).parents[2]
SECONDS_BETWEEN_LOOKS = 0.1
BACKENDS = """
    SELECT pid FROM pg_stat_activity
    WHERE backend_type IN ('client backend', 'parallel worker') AND datname = current_database()
      AND pid <> pg_backend_pid()
"""


@dataclass
class Watched:
    """`python` and `database`: seconds of CPU; `memory`: megabytes of each process, by the second of the run."""

    seconds: float = 0.0
    python: float = 0.0
    database: float = 0.0
    memory: list[tuple[float, dict[int, float]]] = field(default_factory=list)
    printed: dict[str, Any] = field(default_factory=dict)


def command(name: str, *arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), name, "--json", *arguments]


def start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def watch(arguments: Sequence[str]) -> Watched:
    """Runs it to its end. Raises CalledProcessError when it fails."""
    watched, database, before = Watched(), {}, _cpu_of_children()
    started = time.monotonic()
    running = start(arguments)
    while running.poll() is None:
        database.update(_database_cpu())
        if not watched.memory or time.monotonic() - started > watched.memory[-1][0] + 1:
            watched.memory.append((time.monotonic() - started, _memory(running.pid)))
        time.sleep(SECONDS_BETWEEN_LOOKS)
    watched.seconds = time.monotonic() - started
    watched.python = _cpu_of_children() - before
    watched.database = sum(database.values())
    assert running.stdout is not None
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, arguments)
    watched.printed = json.loads(running.stdout.read())
    return watched


def _cpu_of_children() -> float:
    """Exact: the system adds up what ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _database_cpu() -> Iterator[tuple[int, float]]:
    """Of each process that serves this database, on this machine: up to the last look before it ends."""
    with connection.cursor() as cursor:
        cursor.execute(BACKENDS)
        pids = [pid for (pid,) in cursor.fetchall()]
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            times = psutil.Process(pid).cpu_times()
            yield pid, times.user + times.system


def _memory(pid: int) -> dict[int, float]:
    found = {}
    with suppress(psutil.NoSuchProcess):
        for process in family(pid):
            with suppress(psutil.NoSuchProcess):
                found[process.pid] = memory_megabytes([process])[0]
    return found


def family(pid: int) -> list[psutil.Process]:
    """The process, then all that it started."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
