"""What processes cost: seconds of CPU, and memory."""

from collections.abc import Iterable

import psutil


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """User and system time so far; a process that is gone counts nothing."""
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def memory_megabytes(processes: Iterable[psutil.Process]) -> list[float]:
    """Of each: its own memory and its share of what it shares (PSS); resident memory where the system knows no PSS."""
    found = []
    for process in processes:
        full = process.memory_full_info()
        found.append((getattr(full, "pss", 0) or full.rss) / 1e6)
    return found


def local_processes(pids: Iterable[int], *, name: str) -> list[psutil.Process]:
    """The processes of these ids on this machine. Empty where one of them is none of that name: those ids are of
    another machine then."""
    found = []
    for pid in pids:
        try:
            process = psutil.Process(pid)
            if name not in process.name():
                return []
        except psutil.NoSuchProcess:
            return []
        found.append(process)
    return found
