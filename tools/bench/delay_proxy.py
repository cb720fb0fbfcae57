"""A proxy before PostgreSQL that makes the network slow, in a process of its own: half of a round trip each way.

    python -m tools.bench.delay_proxy MILLISECONDS SOCKET_OR_HOST [PORT]

prints the port on 127.0.0.1 that it listens on. What is sent in a row arrives in a row: a byte is held so long from
when it came, whatever is held before it.
"""

import asyncio
import selectors
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import cast

import psycopg

from tests.server.counting_proxy import Target
from tools.bench.places import CHECKOUT

PINGS = 100


class Line:
    """One direction: gives on what is added, and the end, after the delay."""

    def __init__(self, loop: asyncio.AbstractEventLoop, delay: float) -> None:
        self._loop = loop
        self._delay = delay
        self._held: deque[tuple[float, bytes | None]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self.target: asyncio.Transport | None = None

    def add(self, data: bytes | None) -> None:
        """`data` None is the end of the direction."""
        self._held.append((self._loop.time() + self._delay, data))
        self.wait()

    def wait(self) -> None:
        if self._timer is None and self._held and self.target is not None:
            self._timer = self._loop.call_at(self._held[0][0], self._deliver)

    def _deliver(self) -> None:
        self._timer = None
        now = self._loop.time()
        while self._held and self._held[0][0] <= now:
            _, data = self._held.popleft()
            if self.target is None or self.target.is_closing():
                continue
            if data is None:
                self.target.close()
            else:
                self.target.write(data)
        self.wait()


class End(asyncio.Protocol):
    """One side of a connection: what comes goes onto its line, what the other side's line brings goes out."""

    def __init__(self, outgoing: Line, incoming: Line) -> None:
        self._outgoing = outgoing
        self._incoming = incoming

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._incoming.target = cast(asyncio.Transport, transport)
        self._incoming.wait()

    def data_received(self, data: bytes) -> None:
        self._outgoing.add(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._outgoing.add(None)


class ClientEnd(End):
    """The side of the service: opens the other side when it is connected."""

    def __init__(self, target: Target, delay: float) -> None:
        loop = asyncio.get_running_loop()
        self._target = target
        super().__init__(Line(loop, delay), Line(loop, delay))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._opening = asyncio.ensure_future(self._open(cast(asyncio.Transport, transport)))

    async def _open(self, client: asyncio.Transport) -> None:
        loop = asyncio.get_running_loop()

        def server_end() -> End:
            return End(self._incoming, self._outgoing)

        try:
            if isinstance(self._target, Path):
                await loop.create_unix_connection(server_end, str(self._target))
            else:
                await loop.create_connection(server_end, *self._target)
        except OSError:
            client.close()


async def serve(target: Target, round_trip_ms: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: ClientEnd(target, round_trip_ms / 2000), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - what the caller waits for
    await server.serve_forever()


@contextmanager
def delaying(target: Target, round_trip_ms: float) -> Iterator[int]:
    """The port of a running proxy."""
    where = [str(target)] if isinstance(target, Path) else [target[0], str(target[1])]
    command = [sys.executable, "-m", "tools.bench.delay_proxy", str(round_trip_ms), *where]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as proxy:
        try:
            assert proxy.stdout is not None
            yield int(proxy.stdout.readline())
        finally:
            proxy.terminate()


def extra_milliseconds(direct: str, through: str) -> float:
    """By how much a round trip by the URL `through` takes longer than one by `direct`: medians."""
    return _round_trip(through) - _round_trip(direct)


def _round_trip(url: str) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        taken = []
        for _ in range(PINGS):
            started = time.perf_counter()
            connection.execute("SELECT 1")
            taken.append(time.perf_counter() - started)
    return 1000 * statistics.median(taken)


def main(milliseconds: str, *where: str) -> None:
    # select() waits to the microsecond, epoll, which asyncio prefers, to the millisecond; and the system adds a slack
    # of 50 microseconds to both.
    with suppress(OSError):
        Path("/proc/self/timerslack_ns").write_text("1")
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    target: Target = Path(where[0]) if len(where) == 1 else (where[0], int(where[1]))
    loop.run_until_complete(serve(target, float(milliseconds)))


if __name__ == "__main__":
    main(*sys.argv[1:])
