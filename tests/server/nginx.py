"""nginx with the configuration that is shipped, in front of a server under test."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "deploy" / "nginx"
PROGRAM = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
START_SECONDS = 20.0
STOP_SECONDS = 70.0

needs_nginx = pytest.mark.skipif(PROGRAM is None, reason="needs nginx: apt-get install nginx")


def default_variables() -> dict[str, str]:
    """Those of the image."""
    text = (FOLDER / "Dockerfile").read_text()
    return dict(re.findall(r"^(?:ENV|   ) ([A-Z_]+)=(\S+)", text, re.MULTILINE))


def configuration(variables: Mapping[str, str]) -> str:
    """The template with its variables filled in, as `envsubst` does."""
    template = (FOLDER / "nginx.conf.template").read_text()
    return re.sub(r"\$\{([A-Z_]+)\}", lambda match: variables[match[1]], template)


class Nginx:
    """A running nginx. It is ready when this returns."""

    def __init__(self, *, port: int, behind: int, folder: Path, settings: Mapping[str, str]) -> None:
        """`port`: a free one. `behind`: that of the service. `settings`: variables other than the image's."""
        assert PROGRAM is not None
        self._log = folder / "nginx.log"
        folder.mkdir(exist_ok=True)
        own = {"NGINX_PORT": f"127.0.0.1:{port}", "SCORER_ADDRESS": f"127.0.0.1:{behind}"}
        file = folder / "nginx.conf"
        file.write_text(configuration({**default_variables(), **settings, **own}))
        # Started by root, its processes would be nobody's, who may not enter the folder.
        user = "user root; " if os.geteuid() == 0 else ""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [PROGRAM, "-p", folder, "-c", file, "-g", f"{user}daemon off;"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self._await_listening(port)

    def begin_to_stop(self) -> None:
        """Take no new request, and answer those that came."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)

    def stop(self) -> None:
        self.begin_to_stop()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def _await_listening(self, port: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.01)
        self.stop()
        raise AssertionError(f"nginx did not start:\n{self.log()}")
