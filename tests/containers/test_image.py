"""The image's steps, carried out on the files that it gets: as near as one comes without a Docker engine.

They use the requirements that are installed here, of the pinned versions. IMAGE_REQUIREMENTS=install makes an
environment of its own from requirements.txt, as the image does: half a minute, a network and a compiler.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.containers.image import CHECKOUT, Instruction, of_kind, send_to, stages, variables, words
from tests.server.profiles import profile_environment

SECONDS = 60.0


@dataclass
class Image:
    """A folder in place of `/app`, and an environment in place of `/opt/venv`."""

    app: Path
    python: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        """What the image sets, and what whoever runs it gives."""
        _, run = stages()
        own = {name: value for name, value in variables(run).items() if name != "PATH"}
        return {**own, "PATH": f"{self.python.parent}:/usr/bin:/bin", **more}

    def step(self, text: str) -> "subprocess.CompletedProcess[str]":
        """Carry out a RUN."""
        command = text.replace("/opt/venv/bin/python", str(self.python))
        return subprocess.run(
            ["sh", "-ec", command], cwd=self.app, env=self.environment(), capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    app = tmp_path_factory.mktemp("app")
    send_to(app)
    python = Path(sys.executable)
    if os.environ.get("IMAGE_REQUIREMENTS") == "install":
        python = installed(tmp_path_factory.mktemp("venv"))
    made = Image(app, python)
    build, _ = stages()
    for text in of_kind(build[build.index(Instruction("COPY", ". .")) :], "RUN"):
        done = made.step(text)
        assert done.returncode == 0, done.stderr
    return made


def installed(folder: Path) -> Path:
    python = folder / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([python, "-m", "pip", "install", *options, "-r", CHECKOUT / "requirements.txt"], check=True)
    return python


@dataclass
class Container:
    image: Image
    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    def health(self) -> int:
        """The exit status of the image's own HEALTHCHECK."""
        _, run = stages()
        (check,) = of_kind(run, "HEALTHCHECK")
        command = words(check.partition("CMD ")[2])
        environment = self.image.environment(PORT=str(self.port))
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode

    def await_health(self) -> None:
        deadline = time.monotonic() + SECONDS
        while self.health() != 0:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)


@pytest.fixture(scope="module")
def container(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    _, run = stages()
    (command,) = of_kind(run, "CMD")
    given = profile_environment("default") | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    log = tmp_path_factory.mktemp("container") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            words(command),
            cwd=image.app,
            env=image.environment(**given, PORT=str(port)),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Container(image, port, process, log)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_the_health_check_fails_where_nobody_answers(image: Image) -> None:
    assert Container(image, 1, subprocess.Popen(["true"]), Path()).health() != 0


def test_the_health_check_succeeds_as_soon_as_it_serves(container: Container) -> None:
    container.await_health()


def test_it_needs_no_write_access_to_its_files(image: Image, container: Container) -> None:
    """The user that it runs as owns none of them."""
    container.await_health()
    started = container.log.stat().st_ctime
    written = [path for path in image.app.rglob("*") if path.is_file() and path.stat().st_mtime > started]
    assert written == []


def test_code_and_static_files_are_made_beforehand(image: Image) -> None:
    assert list((image.app / "staticfiles" / "admin").rglob("*.css"))
    for source in (image.app / "scorer_v2").rglob("*.py"):
        assert list((source.parent / "__pycache__").glob(f"{source.stem}.*.pyc"))


def test_it_stops_on_sigterm_with_status_0(container: Container) -> None:
    """The last test of this file: `docker stop` sends it to the first process."""
    container.await_health()
    container.process.send_signal(signal.SIGTERM)
    assert container.process.wait(SECONDS) == 0
    assert container.health() != 0


@pytest.mark.skipif(
    os.environ.get("IMAGE_BUILD") != "docker", reason="IMAGE_BUILD=docker builds it: minutes, a network"
)
def test_a_docker_engine_builds_it() -> None:
    docker = shutil.which("docker")
    assert docker is not None
    done = subprocess.run([docker, "build", "--quiet", CHECKOUT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    name = done.stdout.strip()
    look = ["sh", "-c", "id -u; command -v gcc cc clang || true"]
    found = subprocess.run([docker, "run", "--rm", name, *look], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["10001"]
