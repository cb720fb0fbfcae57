"""The function in a process of its own, behind a stand-in for the load balancer."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings

HOST = "127.0.0.1"
START_SECONDS = 60.0


class RunningFunction:
    """A sandbox with nothing but `environment` and PATH. Leaving the block ends it."""

    def __init__(self, environment: Mapping[str, str], log: Path, *, several: bool) -> None:
        """`several`: its target group has multi-value headers."""
        self._log = log
        self._environment = environment
        self._kind = ["multi-value"] if several else []

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def __enter__(self) -> Self:
        with socket.socket() as listener:
            listener.bind((HOST, 0))
            self.port: int = listener.getsockname()[1]
            self._process = self._start(listener)
        self._await_listening()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def _start(self, listener: socket.socket) -> "subprocess.Popen[bytes]":
        module = "tests.lambda_events.load_balancer"
        of_lambda = {"PATH": os.environ["PATH"], "AWS_LAMBDA_FUNCTION_NAME": "scorer-v2", "AWS_REGION": "us-west-2"}
        with self._log.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", module, str(listener.fileno()), *self._kind],
                cwd=settings.BASE_DIR,
                env={**of_lambda, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=[listener.fileno()],
            )

    def _await_listening(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection((HOST, self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        self._process.kill()
        raise AssertionError(f"the function did not start:\n{self.log()}")
