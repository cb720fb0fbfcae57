"""What the workers of a server use: memory, connections and open files, as /proc tells."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Usage:
    """Of all workers together. `workers` are their process ids."""

    workers: frozenset[int]
    memory: int  # bytes that are theirs alone, or shared with a fork
    files: int
    connections: int

    def __str__(self) -> str:
        return f"{self.memory / 2**20:.0f} MB, {self.files} files, {self.connections} connections to the database"


def own_memory() -> int:
    """In bytes, of the process that asks."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def workers_of(arbiter: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{arbiter}/task/{arbiter}/children").read_text().split()]


def usage(arbiter: int, *, connections: int) -> Usage:
    """`connections`: how many the database counts."""
    workers = workers_of(arbiter)
    memory = files = 0
    for worker in workers:
        with suppress(OSError):  # it has just ended
            memory += int(Path(f"/proc/{worker}/statm").read_text().split()[1]) * PAGE
            files += len(list(Path(f"/proc/{worker}/fd").iterdir()))
    return Usage(frozenset(workers), memory, files, connections)
