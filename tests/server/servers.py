"""All servers and databases of a test run: started when first asked for, stopped when the run ends."""

import json
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.server.calls import Answer, call
from tests.server.counting_proxy import CountingProxy, Target
from tests.server.profiles import machine_environment, profile_environment
from tests.server.running_server import RunningServer
from tests.server.scratch_databases import ScratchDatabase, ScratchDatabases
from tools.issuing import IssuerKey

Proxy = Callable[[Target], CountingProxy]


@dataclass(frozen=True)
class Service:
    """A server, its settings, and the database that it, and no other server, uses; through `proxy` where it has one."""

    server: RunningServer
    settings: dict[str, str]
    database: ScratchDatabase
    issuer: IssuerKey
    proxy: CountingProxy | None = None

    def call(self, method: str, path: str, **options: object) -> Answer:
        """See `tests.server.calls.call`."""
        return call(self.server, method, path, **options)  # type: ignore[arg-type]  # passed on as given


class Servers:
    def __init__(self) -> None:
        self.issuer = IssuerKey.generate()
        self._logs = tempfile.TemporaryDirectory(prefix="scorer-server-logs-")
        self._databases = ScratchDatabases(profile_environment("default"))
        self._services: dict[str, Service] = {}
        self._servers: list[RunningServer] = []
        self._proxies: list[CountingProxy] = []

    def of_profile(self, profile: str) -> Service:
        """A service with exactly the profile's settings, on the Redis of this machine where it has one."""
        return self._once(profile, lambda: self._start({**profile_environment(profile), **machine_environment()}))

    def direct(self, name: str, **settings: str) -> Service:
        """A service of two processes, with further settings of its own."""
        return self._once(name, lambda: self._start(self._own_settings() | settings))

    def proxied(self, name: str, *, by: Proxy = CountingProxy, **settings: str) -> Service:
        """A service with one thread, and so one connection, that reaches its database through a proxy."""
        one_thread = {"WEB_CONCURRENCY": "1", "GUNICORN_THREADS": "1"}
        return self._once(name, lambda: self._start(self._own_settings() | one_thread | settings, by=by))

    def mark_logs(self) -> None:
        for server in self._servers:
            server.mark_log()

    def recent_logs(self) -> dict[str, str]:
        """What servers logged since the marks, by their address."""
        logs = {server.base_url: server.recent_log() for server in self._servers}
        return {address: text for address, text in logs.items() if text}

    def close(self) -> None:
        with ExitStack() as ending:  # in reverse order, each whatever became of the others
            ending.callback(self._logs.cleanup)
            ending.callback(self._databases.close)
            for proxy in self._proxies:
                ending.callback(proxy.close)
            for server in self._servers:
                ending.callback(server.stop)
            # One after the other takes longer on a slow machine than a worker of the test run has at its end: what is
            # left then stays for ever.
            for server in self._servers:
                server.begin_to_stop()

    def _own_settings(self) -> dict[str, str]:
        """Those of the default profile, but the run's own issuer, and no cache that another service could see."""
        trusted = json.dumps([self.issuer.did, self.issuer.ed25519_did])
        return {**profile_environment("default"), "TRUSTED_IAM_ISSUERS": trusted, "WEB_CONCURRENCY": "2"}

    def _once(self, name: str, start: Callable[[], Service]) -> Service:
        if name not in self._services:
            self._services[name] = start()
        return self._services[name]

    def _start(self, settings: dict[str, str], *, by: Proxy | None = None) -> Service:
        database = self._databases.create()
        proxy = by(database.target) if by is not None else None
        if proxy is not None:
            self._proxies.append(proxy)
        url = database.url_through(proxy.port) if proxy is not None else database.url
        given = {**settings, "DATABASE_URL": url}
        log = Path(self._logs.name) / f"{len(self._servers)}.log"
        self._servers.append(RunningServer(given, log))
        return Service(self._servers[-1], given, database, self.issuer, proxy)


_SERVERS = pytest.StashKey[Servers]()


def servers_of(config: pytest.Config) -> Servers:
    """The servers of this process's run."""
    if _SERVERS not in config.stash:
        config.stash[_SERVERS] = Servers()
        config.add_cleanup(config.stash[_SERVERS].close)
    return config.stash[_SERVERS]


def show_logs(config: pytest.Config, report: pytest.TestReport) -> None:
    """A failed test tells what the servers logged meanwhile."""
    if report.failed and _SERVERS in config.stash:
        for address, text in config.stash[_SERVERS].recent_logs().items():
            report.sections.append((f"log of the server at {address}", text))
