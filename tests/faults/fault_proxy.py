"""The counting proxy, with more of what networks and servers do wrong: silence, delay, and resets."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.server.counting_proxy import Conversation, CountingProxy, Target

LINGER_NOT = struct.pack("ii", 1, 0)


class FaultProxy(CountingProxy):
    """Connections stay open while it is silent: for either side the other one is alive, and says nothing."""

    def __init__(self, target: Target) -> None:
        self._speaking, self._answering = threading.Event(), threading.Event()
        self._speaking.set()
        self._answering.set()
        self._silent_at: frozenset[str] = frozenset()
        self._silent_after: frozenset[str] = frozenset()
        self._delay = 0.0
        super().__init__(target)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Accept everything, and pass nothing on; connections that were silent are broken at the end."""
        self._speaking.clear()
        try:
            yield
        finally:
            self._end_silence()

    @contextmanager
    def silent_at(self, *names: str) -> Iterator[None]:
        """Fall silent for all when a client carries out a statement of one of these names, which is not passed on."""
        self._silent_at = frozenset(names)
        try:
            yield
        finally:
            self._silent_at = frozenset()
            self._end_silence()

    @contextmanager
    def silent_after(self, *names: str) -> Iterator[None]:
        """As `silent_at`, but the statement is passed on: it is carried out, and nobody hears of it."""
        self._silent_after = frozenset(names)
        try:
            yield
        finally:
            self._silent_after = frozenset()
            self._end_silence()

    @contextmanager
    def slow(self, seconds: float) -> Iterator[None]:
        """Keep whatever passes for so long."""
        self._delay = seconds
        try:
            yield
        finally:
            self._delay = 0.0

    def reset(self) -> None:
        """Break every connection without an orderly end: a reset, as from a firewall."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for each in (end for pair in pairs for end in pair):
            with suppress(OSError):
                if each.family == socket.AF_INET:
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
                # Both halves of the pair have a thread that reads; only when those stop is the socket closed.
                each.shutdown(socket.SHUT_RD)
            each.close()

    def close(self) -> None:
        self.refuse()
        self._end_silence()

    def _end_silence(self) -> None:
        self.cut()
        self._speaking.set()
        self._answering.set()

    def _forward(self, source: socket.socket, target: socket.socket, hear: Callable[[bytes], bool]) -> None:
        def heard(data: bytes) -> bool:
            going_on = hear(data)
            if self._delay:
                time.sleep(self._delay)
            self._speaking.wait()
            return going_on

        super()._forward(source, target, heard)

    def _hear_client(self, conversation: Conversation, data: bytes) -> bool:
        before = len(self._tally.statements)
        going_on = super()._hear_client(conversation, data)
        named = frozenset(self._tally.statements[before:])
        if named & self._silent_at:
            self._speaking.clear()
        if named & self._silent_after:
            self._answering.clear()
        return going_on

    def _hear_server(self, conversation: Conversation, data: bytes) -> bool:
        self._answering.wait()
        return super()._hear_server(conversation, data)
