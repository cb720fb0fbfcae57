"""PostgreSQL's wire protocol, as far as counting needs it: messages cut out of a stream of bytes."""

import re
from collections.abc import Iterator

# A client that wants encryption asks first; the proxy's clients are told not to.
SSL_REQUEST = 80877103
GSS_REQUEST = 80877104

_NAME = re.compile(rb"/\* ([\w.]+) \*/")


class Messages:
    """Feed it what one side sends; it gives the messages that are complete, as (type, content).

    A client's first message has no type; it comes as type `b""`.
    """

    def __init__(self, *, of_client: bool) -> None:
        self._untyped = of_client
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        self._buffer += data
        while message := self._next():
            yield message

    def _next(self) -> tuple[bytes, bytes] | None:
        head = 0 if self._untyped else 1
        if len(self._buffer) < head + 4:
            return None
        end = head + int.from_bytes(self._buffer[head : head + 4], "big")
        if len(self._buffer) < end:
            return None
        kind, content = bytes(self._buffer[:head]), bytes(self._buffer[head + 4 : end])
        del self._buffer[:end]
        # After a request for encryption, which is refused with one byte, comes the real first message.
        self._untyped = self._untyped and int.from_bytes(content[:4], "big") in (SSL_REQUEST, GSS_REQUEST)
        return kind, content


class StatementNames:
    """Which statement each message of a client carries out, by the name in its comment, or its first word."""

    def __init__(self) -> None:
        self._prepared: dict[bytes, str] = {}
        self._bound = ""

    def name_of(self, kind: bytes, content: bytes) -> str | None:
        """The name of the statement that this message carries out; None for a message that carries out none."""
        if kind == b"P":
            name, query, *_ = content.split(b"\0", 2)
            self._prepared[name] = named(query)
        elif kind == b"B":
            self._bound = self._prepared.get(content.split(b"\0", 2)[1], "?")
        elif kind == b"Q":
            return named(content)
        return self._bound if kind == b"E" else None


def named(query: bytes) -> str:
    found = _NAME.search(query)
    return found[1].decode() if found else query.strip(b"\0 \n").split(None, 1)[0].decode(errors="replace").lower()
