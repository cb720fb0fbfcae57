"""A TCP proxy before PostgreSQL that counts what the network would feel, and can fail as networks do.

A round trip: the client asks for an answer (Sync, Query, or Flush of what it sent) and has none outstanding. Connecting
and authenticating are not counted.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.server.postgres_messages import Messages, StatementNames

CHUNK = 65_536
FLUSH = b"H"
ALWAYS_ANSWERED = frozenset({b"S", b"Q"})
READY_FOR_QUERY = b"Z"

Target = tuple[str, int] | Path


@dataclass
class Tally:
    """`statements` are named by their comments; transaction control is among them."""

    trips: int = 0
    statements: list[str] = field(default_factory=list)
    connections: int = 0


class CountingProxy:
    """Listens on 127.0.0.1:`port` and forwards to `target`, a host and port or the path of a unix socket."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._tally = Tally()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._cut_at: frozenset[str] = frozenset()
        self._listener: socket.socket | None = None
        self.port = 0
        self.listen()

    # Counting ---------------------------------------------------------------------------------------------------------
    @contextmanager
    def counting(self) -> Iterator[Tally]:
        """What passes within the block, complete at its end."""
        with self._lock:
            self._tally = tally = Tally()
        yield tally
        with self._lock:
            self._tally = Tally()

    # Failing ----------------------------------------------------------------------------------------------------------
    def refuse(self) -> None:
        """As a server that is gone: every connection breaks, and no new one is accepted."""
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            self._listener.close()
            self._listener = None
        self.cut()

    def listen(self) -> None:
        """Accept connections, again after `refuse` on the same port."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(128)
        self.port = listener.getsockname()[1]
        self._listener = listener
        _thread(self._accept, listener)

    def cut(self) -> None:
        """Break every connection."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            _close(*pair)

    @contextmanager
    def cutting_at(self, *names: str) -> Iterator[None]:
        """Break a connection, instead of forwarding, when its client carries out a statement of one of these names."""
        self._cut_at = frozenset(names)
        try:
            yield
        finally:
            self._cut_at = frozenset()

    def close(self) -> None:
        self.refuse()

    # Forwarding -------------------------------------------------------------------------------------------------------
    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = _connect(self._target)
            except OSError:
                _close(client)
                continue
            with self._lock:
                self._pairs.append((client, server))
                self._tally.connections += 1
            conversation = Conversation()
            _thread(self._forward, client, server, lambda data, it=conversation: self._hear_client(it, data))
            _thread(self._forward, server, client, lambda data, it=conversation: self._hear_server(it, data))

    def _forward(self, source: socket.socket, target: socket.socket, hear: Callable[[bytes], bool]) -> None:
        with suppress(OSError):
            while (data := source.recv(CHUNK)) and hear(data):
                target.sendall(data)
        _close(source, target)

    def _hear_client(self, conversation: "Conversation", data: bytes) -> bool:
        """Count; False when the connection is to be cut."""
        with self._lock:
            for kind, content in conversation.of_client.feed(data):
                name = conversation.names.name_of(kind, content)
                if name is not None:
                    if name in self._cut_at:
                        return False
                    self._tally.statements.append(name)
                if conversation.is_open:
                    self._tally.trips += conversation.ask(kind)
        return True

    def _hear_server(self, conversation: "Conversation", data: bytes) -> bool:
        with self._lock:
            for kind, _ in conversation.of_server.feed(data):
                conversation.answer(kind)
        return True


class Conversation:
    """One connection, as it is heard on its way."""

    def __init__(self) -> None:
        self.of_client = Messages(of_client=True)
        self.of_server = Messages(of_client=False)
        self.names = StatementNames()
        self.is_open = False
        self._unanswered = 0
        self._flushed = False
        self._sent_since = False  # messages since the client last asked for an answer

    def ask(self, kind: bytes) -> bool:
        """Hear a message of the client: whether it begins a round trip, because it asks and none was asked for yet.

        A Flush with nothing sent before it asks for nothing: the driver ends a pipeline with one, after its Sync, and
        it may arrive when all is answered.
        """
        if kind not in ALWAYS_ANSWERED and not (kind == FLUSH and self._sent_since):
            self._sent_since = self._sent_since or kind != FLUSH
            return False
        begins = not self._unanswered and not self._flushed
        self._sent_since = False
        if kind == FLUSH:
            self._flushed = True
        else:
            self._unanswered += 1
        return begins

    def answer(self, kind: bytes) -> None:
        self._flushed = False  # whatever comes answers a Flush
        if kind == READY_FOR_QUERY:
            self.is_open = True
            self._unanswered = max(self._unanswered - 1, 0)


def _connect(target: Target) -> socket.socket:
    if isinstance(target, Path):
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(target))
        return server
    return socket.create_connection(target)


def _close(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


def _thread(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()
