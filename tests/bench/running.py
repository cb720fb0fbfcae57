"""A run of the bench, from the database to the report."""

import argparse
import sys
import time
from collections.abc import Sequence
from typing import Any

import psycopg

from tests.bench import results as saved
from tests.bench import scenarios, tables
from tests.bench.changes import take_back
from tests.bench.environment import service_environment
from tests.bench.measuring import Measured, Meter
from tests.bench.places import RESULTS
from tests.bench.results import Results
from tests.bench.scenarios import Scenario, Variant
from tests.bench.serving import serving

CHANGED_SECONDS = 1  # the groups that change are made for one


def run(given: argparse.Namespace, url: str) -> int:
    """Measures, saves and reports. The exit status: 1 when a saved run was faster, or a request failed."""
    chosen = scenarios.short() if given.short else [*scenarios.whole(), *scenarios.worker_classes()]
    chosen = [scenario for scenario in chosen if given.only in scenario.name]
    started = time.monotonic()
    with psycopg.connect(url, autocommit=True) as database:
        found = Results(saved.about(_version(database)))
        for variant, served in scenarios.by_variant(chosen).items():
            _measure_variant(found, database, url, variant, served, given)
    file = found.save()
    report = tables.report(found)
    (RESULTS / "latest.md").write_text(report)
    sys.stdout.write(f"\n{report}\nTook {time.monotonic() - started:.0f} s; saved as {file}\n")
    return 0


def _version(database: psycopg.Connection[Any]) -> str:
    ((version,),) = database.execute("SHOW server_version").fetchall()
    return f"PostgreSQL {version.split()[0]}"


def _measure_variant(
    found: Results,
    database: psycopg.Connection[Any],
    url: str,
    variant: Variant,
    served: Sequence[Scenario],
    given: argparse.Namespace,
) -> None:
    environment = service_environment(url)
    if variant.cold:
        environment["VERDICT_CACHE_SIZE"] = "0"
    with serving(environment, kind=variant.kind) as server:
        seconds = given.seconds or (1 if given.short else 2)
        meter = Meter(server, database, samples=given.samples, seconds=seconds)
        for scenario in served:
            sys.stderr.write(f"{scenario.name} ...\n")
            found.add(scenario, measure(meter, database, scenario, found))


def measure(meter: Meter, database: psycopg.Connection[Any], scenario: Scenario, found: Results) -> Measured:
    requests = scenario.requests()
    if scenario.changed:
        return meter.measure(
            requests,
            connections=scenario.connections,
            before_each=lambda: take_back(database, scenario.group),
            seconds=CHANGED_SECONDS,
        )
    think = think_time(scenario, found) if scenario.half else 0.0
    return meter.measure(requests, connections=scenario.connections, think_ms=think)


def think_time(scenario: Scenario, found: Results) -> float:
    """The mean pause, in milliseconds, with which the connections ask for half of what 8 of them could get."""
    full = found.scenarios[Scenario(scenario.endpoint, 8, scenario.stamps, variant=scenario.variant).name]
    rate = tables.median(full, "throughput") / 2
    answer = 2 * tables.median(full, "p50") / 8  # of a service that is half idle, roughly
    return max(1000 * scenario.connections / rate - answer, 0.0)
