"""gunicorn's threaded worker with a shorter way from one request to the next.

gunicorn leads every request through its main thread: a poller, a future, a queue and a pipe, which together hold the
interpreter as long as reading one row and answering it does. Here threads are plain, and one whose client is likely to
ask again at once waits for that by itself.
"""

import logging
from collections.abc import Callable
from queue import SimpleQueue
from select import POLLIN, poll
from threading import Semaphore, Thread
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

logger = logging.getLogger("scorer_v2.server")

# How long a thread waits for the next request on a connection.
LINGER_MILLISECONDS = 2


class LeanWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    def get_thread_pool(self) -> "Threads":
        # One thread never lingers: a request on another connection finds it free.
        self._may_linger = Semaphore(max(self.cfg.threads - 1, 0))
        return Threads(self.cfg.threads, self._serve)

    def enqueue_req(self, conn: Any) -> None:
        self.tpool.submit(conn)

    def _serve(self, conn: Any) -> None:
        """Requests of a connection, in a thread, as long as they follow each other closely."""
        result = False
        try:
            result = self.handle(conn)
            while result is True and self.alive and self._is_asked_again(conn):
                result = self.handle(conn)
        finally:
            self.method_queue.defer(self.finish_request, conn, Done(result))

    def _is_asked_again(self, conn: Any) -> bool:
        if conn.is_http2 or self.tpool.has_work() or not self._may_linger.acquire(blocking=False):
            return False
        try:
            waiting = poll()
            waiting.register(conn.sock, POLLIN)
            return bool(waiting.poll(LINGER_MILLISECONDS))
        finally:
            self._may_linger.release()


class Threads:
    """Each takes one connection after the other. They end with the process: what still runs then has had its grace."""

    def __init__(self, number: int, serve: Callable[[Any], None]) -> None:
        self._waiting: SimpleQueue[Any] = SimpleQueue()
        self._serve = serve
        self._threads = [Thread(target=self._run, daemon=True) for _ in range(number)]
        for thread in self._threads:
            thread.start()

    def submit(self, connection: Any) -> None:
        self._waiting.put(connection)

    def has_work(self) -> bool:
        return not self._waiting.empty()

    def shutdown(self, *, wait: bool) -> None:  # noqa: ARG002 - as an executor's
        for _ in self._threads:
            self._waiting.put(None)

    def _run(self) -> None:
        while (connection := self._waiting.get()) is not None:
            try:
                self._serve(connection)
            except Exception:
                logger.exception("a connection failed in the server")


class Done:
    """What became of a connection, in the form in which gunicorn asks for it: a future's."""

    __slots__ = ("_result",)

    def __init__(self, result: Any) -> None:
        self._result = result

    def cancelled(self) -> bool:
        return False

    def result(self) -> Any:
        return self._result
