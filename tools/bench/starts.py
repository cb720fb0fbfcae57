"""A cold start, and what the processes have in memory after many requests."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tools.bench import requests, wrk
from tools.bench.environment import service_environment
from tools.bench.holders import GROUPS, STEADY
from tools.bench.places import CHECKOUT
from tools.bench.processes import memory_megabytes
from tools.bench.requests import Request
from tools.bench.serving import serving

TIMES = 5
TIMES_SCORED = 4
SCORES_A_READING = 12
SLICE_SECONDS = 5
# From the import to the first answer, a score of 20 stamps, with the database up.
PROGRAM = """
import json, sys, time
wall, processor = time.perf_counter(), time.process_time()
from wsgiref.util import setup_testing_defaults
from scorer_v2.wsgi import application
environ = json.loads(sys.argv[1])
setup_testing_defaults(environ)
answered = []
body = b"".join(application(environ, lambda status, headers: answered.append(status)))
assert answered[0].startswith("200"), (answered, body)
print(json.dumps([time.perf_counter() - wall, time.process_time() - processor]))
"""


@dataclass(frozen=True)
class Start:
    """Medians, in seconds."""

    seconds: float
    cpu: float


def cold_start(url: str) -> Start:
    asked = requests.scores(STEADY[20])[0]
    environ = {"PATH_INFO": asked.path, "REQUEST_METHOD": "GET", "HTTP_X_API_KEY": asked.headers["X-API-Key"]}
    variables = {"PATH": os.environ["PATH"], **service_environment(url)}
    command = [sys.executable, "-c", PROGRAM, json.dumps(environ)]
    measured = [
        json.loads(
            subprocess.run(
                command, cwd=CHECKOUT, env=variables, capture_output=True, text=True, check=True
            ).stdout.splitlines()[-1]
        )
        for _ in range(TIMES)
    ]
    wall, cpu = (statistics.median(column) for column in zip(*measured, strict=True))
    return Start(wall, cpu)


def memory(url: str, *, up_to: int) -> list[dict[str, Any]]:
    """Megabytes of each worker after the start, after 10,000 requests, and then after each further 10,000."""
    environment = {**service_environment(url), "GUNICORN_MAX_REQUESTS": "0"}
    mixed = mixture()
    with serving(environment) as server:
        found = [{"requests": 0, "megabytes": memory_megabytes(server.workers())}]
        done = 0
        while done < up_to:
            rotated = [*mixed[done % len(mixed) :], *mixed[: done % len(mixed)]]
            load = wrk.run(server.base_url, rotated, connections=8, seconds=SLICE_SECONDS)
            before, done = done, done + load.requests
            if before // 10_000 < done // 10_000:
                found.append({"requests": done, "megabytes": memory_megabytes(server.workers())})
    return found


def mixture() -> Sequence[Request]:
    """10,000 requests: readings among the scores of all addresses, whose proofs and stamps fill the memories; often
    enough for each of two processes to come to know nearly all."""
    scored = [request for group in GROUPS for request in requests.scores(group)] * TIMES_SCORED
    read = [request for asked in requests.reading(STEADY[20]).values() for request in asked]
    mixed = []
    for number, request in enumerate(scored):
        mixed.append(request)
        if number % SCORES_A_READING == 0:
            mixed.append(read[number // SCORES_A_READING % len(read)])
    return mixed
