"""gunicorn's threaded worker with a shorter way from one request to the next.

gunicorn leads every request through its main thread: a poller, a future, a queue and a pipe, which together hold the
interpreter as long as reading one row and answering it does. Here threads take the next request themselves, one of
them waiting for all connections that are quiet, and they compute in turns (scorer_v2.turns).
"""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from threading import Thread
from typing import Any

from gunicorn.http import wsgi
from gunicorn.util import close_graceful
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from scorer_v2 import turns
from scorer_v2.lean_connections import LeanParser, LeanResponse, PoliteSocket
from scorer_v2.watch import Watch

logger = logging.getLogger("scorer_v2.server")

# What a worker waits before it accepts a connection, for each that it has: one that has fewer is faster.
ACCEPT_SECONDS = 0.000_05
ACCEPT_SECONDS_AT_MOST = 0.000_5
# How often connections are looked through for those that have been quiet for too long.
LOOK_SECONDS = 1.0
STOPPING_LOOK_SECONDS = 0.1


class LeanWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    alive: bool

    def init_process(self) -> None:
        self.watch = Watch()
        turns.set_watch(self.watch)
        self._looked_at = 0.0
        super().init_process()

    def get_thread_pool(self) -> "Threads":
        return Threads(self.cfg.threads, self._serve_next, self.watch.stop)

    def accept(self, listener: Any) -> None:
        """A connection stays with its worker as long as it lives: all workers should have as many."""
        if self.cfg.workers > 1 and self.nr_conns:
            time.sleep(min(self.nr_conns * ACCEPT_SECONDS, ACCEPT_SECONDS_AT_MOST))
        super().accept(listener)

    def enqueue_req(self, conn: Any) -> None:
        """A new connection: a thread takes it when it asks for something."""
        if not self.cfg.is_ssl:
            conn.sock = PoliteSocket(fileno=conn.sock.detach())
            conn.parser = LeanParser(self.cfg, conn.sock, conn.client)
        conn.data_ready = True
        conn.set_timeout()
        self.watch.add(conn)

    def _serve_next(self) -> bool:
        """What the next connection asks for, in a thread. False when there is nothing more to come."""
        conn = self.watch.next()
        if conn is None:
            return False
        is_kept = False
        try:
            is_kept = self.handle(conn)
            while is_kept and conn.parser.unreader.buf.getvalue():
                is_kept = self.handle(conn)
        finally:
            if is_kept:
                self._keep(conn)
            else:
                self.method_queue.defer(self.finish_request, conn, Ended())
        return True

    def _keep(self, conn: Any) -> None:
        conn.set_timeout()
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
        self.watch.add(conn)

    def murder_keepalived(self, force: bool = False) -> None:
        """Close connections that have been quiet for too long, or all. The main thread's, at each of its events: it
        looks through them once a second, or more often while the worker stops."""
        now = time.monotonic()
        if self.alive and now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        self.watch.appoint()  # who has the turn may be held up by what nobody thought of
        for conn in self.watch.take_overdue(by=float("inf") if force else now):
            self.nr_conns -= 1
            conn.close()

    def _cap_keepalive(self, deadline: float) -> None:
        self.watch.end_by(deadline)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """While the worker stops, the end of a quiet connection wakes nobody."""
        super().wait_for_and_dispatch_events(timeout if self.alive else min(timeout, STOPPING_LOOK_SECONDS))

    def _keepalive_after(self, conn: Any, keepalive: bool) -> bool:
        """Of a body that was read nothing is left to drain, and no time to be set for it."""
        if keepalive and getattr(conn.parser.mesg.body.reader, "length", None) == 0:
            return True
        return bool(super()._keepalive_after(conn, keepalive))

    def handle_request(self, req: Any, conn: Any) -> bool:
        """As gunicorn's own, with an answer that leaves in one piece, and without hooks that we do not have."""
        response: Any = None
        started = datetime.now()  # noqa: DTZ005 - a duration, as gunicorn's logger wants it
        try:
            response, environ = wsgi.create(
                req, conn.sock, conn.client, conn.server, self.cfg, response_class=LeanResponse
            )
            environ["wsgi.multithread"] = True
            self._count(response)
            answer = self.wsgi(environ, response.start_response)
            try:
                self._write(answer, response, environ)
            finally:
                self.log.access(response, req, environ, datetime.now() - started)  # noqa: DTZ005 - as above
                if hasattr(answer, "close"):
                    answer.close()
            return not response.should_close()
        except OSError:
            raise
        except (Exception, SystemExit):
            if response is None or not response.headers_sent:
                raise
            # A second answer on the same connection would spoil what was begun.
            self.log.exception("Error handling request")
            close_graceful(conn.sock)
            raise StopIteration from None

    def _count(self, response: Any) -> None:
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self.log.info("Autorestarting worker after current request.")
            self.alive = False
        if not self.alive or not self.cfg.keepalive or len(self.watch) >= self.max_keepalived:
            response.force_close()

    def _write(self, answer: Iterable[bytes], response: Any, environ: dict[str, Any]) -> None:
        if isinstance(answer, environ["wsgi.file_wrapper"]):
            response.write_file(answer)
        else:
            for part in answer:
                response.write(part)
        response.close()


class Threads:
    """They end with the process: what still runs then has had its grace."""

    def __init__(self, number: int, serve_next: Callable[[], bool], stop: Callable[[], None]) -> None:
        self._serve_next = serve_next
        self._stop = stop
        for _ in range(number):
            Thread(target=self._run, daemon=True).start()

    def shutdown(self, *, wait: bool) -> None:  # noqa: ARG002 - as an executor's
        self._stop()

    def _run(self) -> None:
        serves = True
        while serves:
            try:
                serves = self._serve_next()
            except Exception:
                logger.exception("a connection failed in the server")


class Ended:
    """A connection that is not kept, in the form in which gunicorn asks for it: a future's."""

    def cancelled(self) -> bool:
        return False

    def result(self) -> bool:
        return False
