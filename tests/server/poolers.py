"""What stands between the service and PostgreSQL in production: PgBouncer, and a proxy as strict as RDS Proxy."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections as connections_of_django

from tests.server.counting_proxy import Conversation, CountingProxy, Target

ALLOWED = frozenset({b"user", b"database", b"client_encoding", b"application_name"})
START_UP = (3 << 16).to_bytes(4, "big")
SECONDS = 10.0
_REASON = b"SFATAL\0VFATAL\0C0A000\0Mthe proxy does not support this start-up parameter\0\0"
FATAL = b"E" + (4 + len(_REASON)).to_bytes(4, "big") + _REASON


class StrictProxy(CountingProxy):
    """Answers FATAL to a client that states more at its start than ALLOWED, as RDS Proxy does. `refused`: what."""

    def __init__(self, target: Target) -> None:
        self.refused: set[bytes] = set()
        super().__init__(target)

    def _forward(self, source: socket.socket, target: socket.socket, hear: Callable[[bytes], bool]) -> None:
        def hear_or_refuse(data: bytes) -> bool:
            heard = hear(data)
            if not heard and start_up_parameters(data):
                source.sendall(FATAL)
            return heard

        super()._forward(source, target, hear_or_refuse)

    def _hear_client(self, conversation: Conversation, data: bytes) -> bool:
        refused = start_up_parameters(data) - ALLOWED
        self.refused |= refused
        return not refused and super()._hear_client(conversation, data)


def start_up_parameters(data: bytes) -> frozenset[bytes]:
    """The names of a start-up message; none of another message."""
    if data[4:8] != START_UP:
        return frozenset()
    return frozenset(data[8:].rstrip(b"\0").split(b"\0")[::2])


class PgBouncer(CountingProxy):
    """Counts what passes to a PgBouncer that pools by transaction, with `connections` of the server's."""

    connections = 2

    def __init__(self, target: Target) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="scorer-pgbouncer-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._process = _start(Path(self._folder.name), target, port, self.connections)
        super().__init__(("127.0.0.1", port))

    def close(self) -> None:
        super().close()
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()


def _start(folder: Path, target: Target, port: int, connections: int) -> "subprocess.Popen[bytes]":
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("needs the program pgbouncer")
    host, server_port = (target.parent, target.suffix[1:]) if isinstance(target, Path) else target
    folder.chmod(0o755)
    user = connections_of_django["default"].settings_dict["USER"]
    (folder / "ini").write_text(
        f"[databases]\n* = host={host} port={server_port} user={user}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        f"pool_mode = transaction\ndefault_pool_size = {connections}\n"
    )
    as_another = ["-u", "nobody"] if os.geteuid() == 0 else []  # it refuses to run as root
    process = subprocess.Popen([program, *as_another, str(folder / "ini")], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert time.monotonic() < deadline, "PgBouncer does not start"
            time.sleep(0.02)
        else:
            return process
