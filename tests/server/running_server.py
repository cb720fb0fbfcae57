"""The service as a deployment runs it: nginx and gunicorn with the configurations that are shipped."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from django.conf import settings

from tests.server.nginx import PROGRAM as NGINX
from tests.server.nginx import Nginx

HOST = "127.0.0.1"
OTHER_SERVER = os.environ.get("SERVER_COMMAND")
START_SECONDS = 60.0
STOP_SECONDS = 15.0
LOG_SHOWN = 6_000


of_gunicorn = pytest.mark.skipif(OTHER_SERVER is not None, reason="about gunicorn, and SERVER_COMMAND is another")


class RunningServer:
    """A server that was started, behind nginx where there is one. Leaving the block stops it.

    `port` is that of its clients, `own_port` that of the server itself.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        log: Path,
        *,
        behind_nginx: bool = NGINX is not None,
        nginx_settings: Mapping[str, str] | None = None,
    ) -> None:
        """`environment` is all that the server gets, besides PATH. It is ready when this returns."""
        self._log = log
        self._log_shown_from = 0
        self._is_stopping = self._is_killed = False
        self._nginx: Nginx | None = None
        # A socket that is bound here and handed over: no other process can take its port meanwhile.
        with socket.socket() as listener:
            listener.bind((HOST, 0))
            self.port = self.own_port = int(listener.getsockname()[1])
            self._process = _start(self.command(listener), environment, log, listener)
        if behind_nginx:
            self.port = free_port()
            folder = log.parent / f"{log.name}-nginx"
            self._nginx = Nginx(port=self.port, behind=self.own_port, folder=folder, settings=nginx_settings or {})
        self._await_first_answer()

    def command(self, listener: socket.socket) -> list[str]:
        """What is started; its last word is the application. A server that binds its port itself closes `listener`.

        SERVER_COMMAND is another server's, such as granian's; `{port}` in it is where it must listen.
        """
        if OTHER_SERVER is not None:
            port = listener.getsockname()[1]
            listener.close()
            return shlex.split(OTHER_SERVER.format(port=port))
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
        return [*gunicorn, "-b", f"fd://{listener.fileno()}", "scorer_v2.wsgi:application"]

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def begin_to_stop(self) -> None:
        """Of several servers that nobody asks all should have begun before the first is waited for."""
        if self._nginx is not None:
            self._nginx.begin_to_stop()
        if self.is_alive and not self._is_stopping:
            self._is_stopping = True
            self._process.send_signal(signal.SIGTERM)

    def stop(self) -> int:
        """Stop gracefully, nginx first; the exit status. A server that does not stop in time is killed: status -9."""
        if self._nginx is not None:
            self._nginx.stop()
        self.begin_to_stop()
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            return self._process.wait()

    def kill_behind_nginx(self) -> None:
        self._is_killed = True
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def nginx_log(self) -> str:
        return self._nginx.log() if self._nginx is not None else ""

    def mark_log(self) -> None:
        """From here on the log is `recent_log`."""
        self._log_shown_from = len(self.log())

    def recent_log(self) -> str:
        return self.log()[self._log_shown_from :][-LOG_SHOWN:]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        status = self.stop()
        assert status == 0 or self._is_killed or error is not None, (
            f"the server ended with status {status}:\n{self.recent_log()}"
        )

    def _await_first_answer(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self.is_alive and time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://{HOST}:{self.own_port}/health", timeout=START_SECONDS):
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)
        self.stop()
        raise AssertionError(f"the server did not start:\n{self.log()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _start(
    command: Sequence[str], environment: Mapping[str, str], log: Path, listener: socket.socket
) -> "subprocess.Popen[bytes]":
    variables = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "settings.production", **environment}
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=[listener.fileno()] if listener.fileno() >= 0 else [],
            start_new_session=True,
        )
