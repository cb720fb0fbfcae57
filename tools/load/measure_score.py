"""What a score costs, split into database, verification and the rest: `make measure`.

Makes a scratch database beside the one of the settings, scores one address again and again in this process, through
the whole application (middleware, router, service), and prints a table. Cold: no credential is known.
"""

import logging
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import django
from django.test.utils import override_settings

django.setup()

from django.db import connection  # noqa: E402 - the settings come first
from django.test import Client  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from apps.registry import evaluation  # noqa: E402
from apps.registry.managers import transactions  # noqa: E402
from apps.registry.scoring.known_credentials import KnownCredentials  # noqa: E402
from tests.factories.account import ApiKeyFactory, CommunityFactory  # noqa: E402
from tests.factories.ceramic_cache import StoredStampFactory  # noqa: E402
from tools.issuing import IssuerKey, issue_eip712  # noqa: E402

SECRET = "measured.secret-of-the-measured-key"
ROUNDS = 200


class Clock:
    """Seconds and CPU seconds spent within wrapped calls."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def wrapped(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            wall, cpu = time.perf_counter(), time.process_time()
            try:
                return call(*args, **kwargs)
            finally:
                self.wall += time.perf_counter() - wall
                self.cpu += time.process_time() - cpu

        return timed


def make_world(key: IssuerKey, stamps: int) -> str:
    """The path that scores an address with so many stamps."""
    address = f"0x{stamps:040x}"
    api_key = ApiKeyFactory(secret=f"m{stamps:07d}.secret")
    community = CommunityFactory(account=api_key.account)
    now = datetime.now(UTC)
    for number in range(stamps):
        provider = f"Provider{number}"
        credential = issue_eip712(
            key=key,
            address=address,
            provider=provider,
            nullifiers=[f"v0:{stamps}:{number}", f"v1:{stamps}:{number}"],
            issued_at=now - timedelta(days=1),
            expires_at=now + timedelta(days=90),
        )
        StoredStampFactory(address=address, provider=provider, stamp=credential)
    return f"/v2/stamps/{community.id}/score/{address}"


@contextmanager
def timed_parts(database: Clock, verification: Clock) -> Iterator[None]:
    with (
        patch.object(transactions, "send", database.wrapped(transactions.send)),
        patch.object(transactions, "commit_and", database.wrapped(transactions.commit_and)),
        patch.object(evaluation, "measured_proof_fault", verification.wrapped(evaluation.measured_proof_fault)),
    ):
        yield


def measure(path: str, stamps: int, *, cold: bool) -> dict[str, float]:
    """Milliseconds a score: medians of wall and CPU time, and means of the parts."""
    client = Client(headers={"X-API-Key": f"m{stamps:07d}.secret"})
    walls, cpus = [], []
    database, verification = Clock(), Clock()
    for round_number in range(-20, ROUNDS):
        if cold:
            evaluation._known = KnownCredentials(1000)
        if round_number == 0:
            database.__init__(), verification.__init__()  # type: ignore[misc]
        with timed_parts(database, verification):
            wall, cpu = time.perf_counter(), time.process_time()
            answer = client.get(path)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        assert answer.status_code == 200, answer.content
        if round_number >= 0:
            walls.append(wall), cpus.append(cpu)
    return {
        "wall": 1000 * statistics.median(walls),
        "cpu": 1000 * statistics.median(cpus),
        "database wall": 1000 * database.wall / ROUNDS,
        "database cpu": 1000 * database.cpu / ROUNDS,
        "verification": 1000 * verification.wall / ROUNDS,
    }


def main() -> None:
    logging.disable(logging.INFO)
    key = IssuerKey.generate()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        with override_settings(TRUSTED_IAM_ISSUERS=[key.did], FF_MULTI_NULLIFIER="on", FF_API_ANALYTICS="on"):
            print_table(key)
    finally:
        connection.close()
        teardown_databases(databases, verbosity=0)


def print_table(key: IssuerKey) -> None:
    names = ("wall", "cpu", "database wall", "database cpu", "verification")
    print("| stamps | verdicts | " + " | ".join(f"{name}, ms" for name in names) + " |")  # noqa: T201 - the report
    print("|---|---|" + "---|" * len(names))  # noqa: T201
    for stamps in (0, 5, 20, 100):
        path = make_world(key, stamps)
        for cold in (True, False):
            figures = measure(path, stamps, cold=cold)
            columns = " | ".join(f"{figures[name]:.2f}" for name in names)
            print(f"| {stamps} | {'cold' if cold else 'warm'} | {columns} |")  # noqa: T201


if __name__ == "__main__":
    main()
