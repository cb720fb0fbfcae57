"""`manage.py run_demo`: the service with demo data on this machine, until Ctrl-C."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tools import embedded_postgres

if TYPE_CHECKING:
    from tools.demo import DemoData

HOST = "127.0.0.1"
PORTS_TO_TRY = 50
START_SECONDS = 60.0


class Command(BaseCommand):
    requires_system_checks = ()  # the server makes them when it starts
    help = (
        "Migrate, seed demo data, serve it with gunicorn, score one address over HTTP, and keep serving until Ctrl-C."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="the next free port is taken when this one is not")
        parser.add_argument("--once", action="store_true", help="stop after the address has been scored")

    def handle(self, *, port: int, once: bool, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        if not settings.DEVELOPMENT:
            raise CommandError(
                "The demo needs DJANGO_SETTINGS_MODULE=settings.dev: it must not write to a real database."
            )
        for name in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell's background jobs begin with it ignored
            signal.signal(name, _interrupt)
        try:
            self._run(port, once=once)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")
        finally:
            embedded_postgres.release()

    def _run(self, port: int, *, once: bool) -> None:
        call_command("migrate", verbosity=0)
        from tools import demo  # noqa: PLC0415 - it needs models, which are there once the apps are loaded

        seeded = demo.seed()
        free = _free_port(port)
        if free != port:
            self.stdout.write(f"Port {port} is taken; using {free}.")
        server = _start_server(free)
        try:
            self._show(f"http://{HOST}:{free}", seeded, server)
            if not once:
                self.stdout.write("\nServing until Ctrl-C.")
                self.stdout.flush()
                server.wait()
                raise CommandError("The server ended by itself.")
        finally:
            _stop_server(server)

    def _show(self, address: str, seeded: "DemoData", server: "subprocess.Popen[bytes]") -> None:
        url = f"{address}/v2/stamps/{seeded.scorer_id}/score/{seeded.address}"
        api_key, password = _secrets(seeded)
        answer = _first_answer(url, api_key, server)
        self.stdout.write(f"\ncurl -H 'X-API-Key: {api_key}' {url}\n\n{answer}\n")
        self.stdout.write(f"\nAPI documentation  {address}/docs\nAdmin site         {address}/admin/")
        self.stdout.write(f"                   user {seeded.admin_username}, password {password}")


def _secrets(seeded: "DemoData") -> tuple[str, str]:
    """API key and password. Of data seeded earlier they are in the file that the first run left."""
    if seeded.api_key and seeded.admin_password:
        return seeded.api_key, seeded.admin_password
    stored = json.loads((settings.BASE_DIR / ".data" / "demo.json").read_text())
    return stored["api_key"], stored["admin_password"]


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _free_port(first: int) -> int:
    for port in range(first, first + PORTS_TO_TRY):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise CommandError(f"No port from {first} to {first + PORTS_TO_TRY - 1} is free: choose another with PORT=...")


def _start_server(port: int) -> "subprocess.Popen[bytes]":
    configuration = str(settings.BASE_DIR / "deploy" / "gunicorn.conf.py")
    options = ["-c", configuration, "-b", f"{HOST}:{port}", "--log-level", "warning"]
    command = [sys.executable, "-m", "gunicorn", *options, "scorer_v2.wsgi:application"]
    return subprocess.Popen(command, env={"WEB_CONCURRENCY": "2", **os.environ})


def _stop_server(server: "subprocess.Popen[bytes]") -> None:
    """Stop it at once; Ctrl-C in a terminal has told it already."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    server.send_signal(signal.SIGINT)
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _first_answer(url: str, api_key: str, server: "subprocess.Popen[bytes]") -> str:
    """The answer's JSON, indented; waits until the server takes connections."""
    request = urllib.request.Request(url, headers={"X-API-Key": api_key})  # noqa: S310 - our own address
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(request, timeout=START_SECONDS) as response:  # noqa: S310 - our own address
                return json.dumps(json.load(response), indent=2)
        except urllib.error.HTTPError as error:
            raise CommandError(f"GET {url} was answered with {error.code}: {error.read().decode()}") from None
        except urllib.error.URLError:
            time.sleep(0.1)
    raise CommandError("The server did not start; its reason is above.")
