"""Batches on several processes, or in this one. At most a few batches wait, so that memory stays constant."""

import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Any, Protocol

from django.conf import settings
from django.db import connections
from django.utils.log import configure_logging

from apps.registry.recalculation.records import Tally
from scorer_v2.primitives.errors import DomainError

BATCHES_IN_HAND = 2  # for each worker: one that it works on, one that waits

Batch = Callable[[int, Sequence[int]], Tally]


class WorkerLost(DomainError):
    """A process ended by itself, perhaps for want of memory; its batch was rolled back."""

    status = 500
    detail = "A worker ended unexpectedly. What was done is kept; run it again to go on."


class Work(Protocol):
    """Takes batches of a community's passports, and gives back what became of earlier ones."""

    def submit(self, community_id: int, passport_ids: Sequence[int]) -> Iterator[Tally]: ...

    def settle(self) -> Iterator[Tally]:
        """Waits for all that was submitted."""
        ...


@contextmanager
def work_on(batch: Batch, *, workers: int) -> Iterator[Work]:
    """Processes of their own for more than one worker. Leaving the block early drops the batches that wait."""
    uncollected = partial(_without_collecting, batch)
    if workers <= 1:
        yield _Here(uncollected)
        return
    names = {alias: connections[alias].settings_dict["NAME"] for alias in connections}
    # Spawned, not forked: a forked process would share sockets with its parent.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_start, initargs=(names,))
    try:
        yield _Elsewhere(uncollected, pool, workers * BATCHES_IN_HAND)
    finally:
        pool.shutdown(cancel_futures=True)


class _Here:
    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    def submit(self, community_id: int, passport_ids: Sequence[int]) -> Iterator[Tally]:
        yield self._batch(community_id, passport_ids)

    def settle(self) -> Iterator[Tally]:
        yield from ()


class _Elsewhere:
    def __init__(self, batch: Batch, pool: ProcessPoolExecutor, most: int) -> None:
        self._batch = batch
        self._pool = pool
        self._most = most
        self._pending: set[Future[Tally]] = set()

    def submit(self, community_id: int, passport_ids: Sequence[int]) -> Iterator[Tally]:
        self._pending.add(self._pool.submit(self._batch, community_id, passport_ids))
        while len(self._pending) >= self._most:
            yield from self._finished()

    def settle(self) -> Iterator[Tally]:
        while self._pending:
            yield from self._finished()

    def _finished(self) -> Iterator[Tally]:
        done, self._pending = wait(self._pending, return_when=FIRST_COMPLETED)
        for future in done:
            try:
                yield future.result()
            except BrokenProcessPool as broken:
                raise WorkerLost from broken


def _without_collecting(batch: Batch, community_id: int, passport_ids: Sequence[int]) -> Tally:
    """A batch's objects are many, live to its end and refer to nothing in circles: looking for circles again and again
    took a third of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return batch(community_id, passport_ids)
    finally:
        if was_enabled:
            gc.enable()


def _start(names: dict[str, Any]) -> None:
    """In a new process: the parent decides when to stop; the databases are the parent's, whatever the settings say.

    A batch needs no models, and loading them would double the time until it starts.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    for alias, name in names.items():
        connections[alias].settings_dict["NAME"] = name


def _end_with_parent() -> None:
    """A parent that was killed says nothing: its workers would wait for batches for ever. The server rolls back."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
