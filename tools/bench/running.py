"""A run of the bench, from the database to the report."""

import argparse
import logging
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections

from tools.bench import explaining, floor, plots, recording, scenarios, starts, tables
from tools.bench import results as saved
from tools.bench.changes import take_back
from tools.bench.cluster import target_of, url_through
from tools.bench.counting import count_all
from tools.bench.delay_proxy import delaying, extra_milliseconds
from tools.bench.environment import service_environment
from tools.bench.figures import median
from tools.bench.growth import row_bytes
from tools.bench.measuring import Measured, Meter, proof_cpu_seconds
from tools.bench.places import CHECKOUT, RESULTS
from tools.bench.results import Results
from tools.bench.scenarios import Scenario, Variant
from tools.bench.serving import THREADS, WORKERS, serving

CHANGED_SECONDS = 1  # the groups that change are made for one
HALF_LOAD = 4  # as long as others: a p99 of half as many requests needs it
RECORDED = 32  # requests whose statements the floor sends in turn


class Run:
    """What is measured, on a database that is this run's own."""

    def __init__(self, given: argparse.Namespace, url: str, database: psycopg.Connection[Any]) -> None:
        self._given = given
        self._url = url
        self._database = database
        self._seconds = given.seconds
        self.results = Results(saved.about(_version(database)))
        self.results.about["proof_microseconds"] = 1e6 * proof_cpu_seconds()

    def everything(self) -> None:
        chosen = self._chosen()
        for variant, served in scenarios.by_variant(chosen).items():
            self._serve(variant, served)
        self.results.about["row_bytes"] = row_bytes(self._database)
        _tell("counting")
        plain = [scenario for scenario in chosen if scenario.variant == Variant() and not scenario.half]
        self.results.counts = {
            what: asdict(counts) for what, counts in count_all(self._url, self._database, plain).items()
        }
        if not self._given.only:
            _tell("plans, cold start, memory")
            plans = explaining.document(explaining.explained(self._url), postgres=self.results.about["postgres"])
            RESULTS.mkdir(parents=True, exist_ok=True)
            (RESULTS / "plans.md").write_text(plans)
            self.results.start = asdict(starts.cold_start(self._url))
            if not self._given.short or self._given.long:
                up_to = 100_000 if self._given.long else 10_000
                self.results.memory = starts.memory(self._url, up_to=up_to)

    def _chosen(self) -> list[Scenario]:
        chosen = scenarios.short() if self._given.short else [*scenarios.whole(), *scenarios.worker_classes()]
        return [scenario for scenario in chosen if self._given.only in scenario.name]

    def _serve(self, variant: Variant, served: Sequence[Scenario]) -> None:
        with ExitStack() as running:
            url = self._url
            if variant.delay_ms:
                port = running.enter_context(delaying(target_of(self._url), variant.delay_ms))
                url = url_through(self._url, port)
                self.results.proxy[f"{variant.delay_ms:g}"] = extra_milliseconds(self._url, url)
            environment = service_environment(url)
            if variant.cold:
                environment["VERDICT_CACHE_SIZE"] = "0"
            server = running.enter_context(serving(environment, kind=variant.kind))
            meter = Meter(server, self._database, samples=self._given.samples, seconds=self._seconds)
            for scenario in served:
                _tell(scenario.name)
                self.results.add(scenario, self._measure(meter, scenario), self._floor(scenario))

    def _measure(self, meter: Meter, scenario: Scenario) -> Measured:
        requests = scenario.requests()
        if scenario.changed:
            return meter.measure(
                requests,
                connections=scenario.connections,
                before_each=lambda: take_back(self._database, scenario.group),
                seconds=CHANGED_SECONDS,
            )
        return meter.measure(
            requests,
            connections=scenario.connections,
            think_ms=self._think_time(scenario) if scenario.half else 0.0,
            seconds=HALF_LOAD * self._seconds if scenario.half else None,
        )

    def _think_time(self, scenario: Scenario) -> float:
        """The mean pause, in milliseconds, with which the connections ask for half of what 8 of them could get."""
        full = self.results.scenarios[f"{scenario.what}, 8 connections"]
        rate = median(full, "throughput") / 2
        answer = 2 * median(full, "p50") / 8  # of a service that is half idle, roughly
        return max(1000 * scenario.connections / rate - answer, 0.0)

    def _floor(self, scenario: Scenario) -> floor.Floor | None:
        """Right after the service, with the machine as it was for it."""
        if not scenario.has_floor:
            return None
        number = min(scenario.connections, WORKERS * THREADS)
        asked = scenario.requests()[:RECORDED]
        recording.record(asked)  # what is sent next is what a process sends that knows the stamps
        trips = recording.record(asked)
        connections.close_all()
        trips = [trips[each % len(trips)] for each in range(max(len(trips), number))]
        options = settings.DATABASES["default"]["OPTIONS"]
        access = floor.Access(self._url, options["prepare_threshold"], options.get("options", ""))
        return floor.measure(access, trips, connections=number, processes=WORKERS, seconds=self._seconds)


def run(given: argparse.Namespace, url: str) -> int:
    """Measures, saves and reports. The exit status: 1 when a saved run was faster, or a request failed."""
    logging.disable(logging.WARNING)
    started = time.monotonic()
    with psycopg.connect(url, autocommit=True) as database:
        run = Run(given, url, database)
        run.everything()
    run.results.about["seconds"] = time.monotonic() - started
    return _report(run.results, given)


def _report(results: Results, given: argparse.Namespace) -> int:
    earlier = saved.load(given.compare) if given.compare else None
    report, file = tables.report(results), RESULTS / f"{results.about['taken'].replace(':', '')}.json"
    results.save(file)
    sys.stdout.write(f"\n{report}\nSaved as {file.relative_to(CHECKOUT)}.\n")
    if not given.only:
        _keep_as_latest(results, report)
    is_slower = False
    if earlier:
        text, is_slower = tables.compared(earlier, results)
        sys.stdout.write(f"\n{text}\n")
    failed = sum(sample["errors"] for each in results.scenarios.values() for sample in each["samples"])
    return 1 if is_slower or failed else 0


def _keep_as_latest(results: Results, report: str) -> None:
    """What `make bench-publish` takes: a run of the whole or of the short bench, not of single scenarios."""
    results.save(RESULTS / "latest.json")
    (RESULTS / "latest.md").write_text(report)
    plots.draw(results, RESULTS)
    sys.stdout.write("And as latest.json, latest.md and plots beside it.\n")


def _version(database: psycopg.Connection[Any]) -> str:
    ((version,),) = database.execute("SHOW server_version").fetchall()
    return f"PostgreSQL {version.split()[0]}"


def _tell(what: str) -> None:
    sys.stderr.write(f"{what} ...\n")
