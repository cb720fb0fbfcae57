"""`make run`, less the setting up: it serves, shows one score, and stops cleanly when it is told to."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from tests.server.running_server import HOST, START_SECONDS
from tests.server.servers import Servers
from tools.embedded_cluster import eventually

# As a shell starts its background jobs: deaf to SIGINT, unless the program says otherwise.
BACKGROUND = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")


def demo(database_url: str, log: Path, *, port: int) -> "subprocess.Popen[bytes]":
    inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    with log.open("wb") as output:
        return subprocess.Popen(
            [*BACKGROUND, sys.executable, "manage.py", "run_demo", "--port", str(port)],
            cwd=settings.BASE_DIR,
            env={**inherited, "DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "settings.dev"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def output_with(text: str, log: Path, process: "subprocess.Popen[bytes]") -> str:
    """What the process wrote, once `text` is in it."""
    eventually(lambda: text in log.read_text() or process.poll() is not None, START_SECONDS)
    written = log.read_text()
    assert text in written, written
    return written


def test_it_serves_a_score_until_it_is_told_to_stop(servers: Servers, tmp_path: Path) -> None:
    database = servers.direct("demo").database
    database.empty()
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        port = taken.getsockname()[1]
        process = demo(database.url, tmp_path / "log", port=port)
        try:
            written = output_with("Serving until Ctrl-C.", tmp_path / "log", process)
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
        finally:
            process.kill()
            process.wait()
    request = re.search(r"curl -H 'X-API-Key: \S+' ((http://\S+:(\d+))/v2/stamps/\S+)", written)
    assert request is not None
    assert int(request[3]) > port
    assert f"Port {port} is taken; using {request[3]}." in written
    assert '"passing_score": true' in written
    assert f"{request[2]}/docs" in written
    assert f"{request[2]}/admin/" in written
    assert re.search(r"user \w+, password (?!None)\S+", written)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(request[1], timeout=5)  # noqa: S310 - our own server
