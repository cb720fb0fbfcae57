"""The OWASP API top ten (tests/security), and the time that refusals of keys take."""

import time
from statistics import median

from tests.factories.account import ApiKeyFactory
from tests.server.callers import ADDRESS, partner
from tests.server.servers import Service
from tools.prove.section import Run, section
from tools.prove.services import running_service

GUESSES = 400
# Less than the network adds; measured differences are a few hundredths.
TOLERATED = 0.25


@section("security", "Nobody gets in with another's key, token, credential or scorer, and no secret gets out.")
def security(run: Run) -> None:
    run.pytest("tests/security", "tests/unit/test_access_tokens.py", "tests/admin/test_login.py")


@section("timing", "The time of a refusal does not tell whether a key's prefix is known.")
def timing(run: Run) -> None:
    with running_service(WEB_CONCURRENCY="1", GUNICORN_THREADS="1") as service:
        path = f"/v2/stamps/{partner(service).community.pk}/score/{ADDRESS}"
        known = [ApiKeyFactory().prefix for _ in range(5)]
        unknown = [prefix[::-1] for prefix in known]
        times: dict[bool, list[float]] = {True: [], False: []}
        for number in range(run.number(GUESSES, least=100)):
            for is_known, prefixes in ((True, known), (False, unknown)):
                times[is_known].append(_refusal(run, service, path, f"{prefixes[number % 5]}.guess{number}"))
    medians = {is_known: median(found) for is_known, found in times.items()}
    for is_known, seconds in medians.items():
        run.figures.count(f"median microseconds of a refusal, prefix {'known' if is_known else 'unknown'}",
                          round(seconds * 1_000_000))  # fmt: skip
    run.figures.checked("known and unknown prefixes take the same time", len(times[True]))
    if not 1 / (1 + TOLERATED) < medians[True] / medians[False] < 1 + TOLERATED:
        run.figures.failed(f"the medians differ: {medians}")


def _refusal(run: Run, service: Service, path: str, key: str) -> float:
    started = time.perf_counter()
    answer = service.call("GET", path, headers={"X-API-Key": key})
    run.figures.answered(answer.status)
    return time.perf_counter() - started
