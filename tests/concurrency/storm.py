"""Clients and operators at once, with the invariants checked meanwhile and at the end."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from tests.concurrency.clients import Client, Scored
from tests.concurrency.invariants import check_all, check_fresh
from tests.concurrency.operators import Operator
from tests.concurrency.world import BASE_THRESHOLD, BASE_WEIGHTS, World
from tests.server.callers import internal_headers
from tools.prove.figures import Figures

CHECK_EVERY_SECONDS = 1.0

# Scores that no version of the weights explains: all weights and the threshold are those of one version.
OF_TWO_VERSIONS = """
    SELECT score.id, score.stamp_scores, score.evidence FROM registry_score score, jsonb_each_text(stamp_scores) entry
    WHERE entry.key <> 'Unweighted' AND entry.value::numeric * %(threshold)s
        <> (%(weights)s::jsonb ->> entry.key)::numeric * (score.evidence ->> 'threshold')::numeric
"""

# Scores that clients were given and no event tells of.
WITHOUT_EVENT = """
    SELECT given.* FROM jsonb_to_recordset(%s::jsonb)
        AS given(community_id bigint, address text, at timestamptz, total numeric, stamps jsonb)
    WHERE NOT EXISTS (
        SELECT FROM registry_event event
        WHERE event.action = 'SCU' AND event.address = given.address AND event.community_id = given.community_id
          AND (event.data #>> '{fields,last_score_timestamp}')::timestamptz = date_trunc('milliseconds', given.at)
          AND round((event.data #>> '{fields,evidence,rawScore}')::numeric, 5) = given.total
          AND event.data #> '{fields,stamps}' = given.stamps)
"""
PASSPORTS = "SELECT community_id, address FROM registry_passport ORDER BY id"
EVENTS = "SELECT count(*) FROM registry_event WHERE action = 'SCU'"


def storm(world: World, figures: Figures, *, seed: object, clients: int, operations: int, operators: int = 2) -> None:
    """`operations` in all, shared by the clients. Failures are in the figures."""
    with world.same_rules():
        _storm(world, figures, seed=seed, clients=clients, operations=operations, operators=operators)


def _storm(world: World, figures: Figures, *, seed: object, clients: int, operations: int, operators: int) -> None:
    stop = Event()
    callers = [Client(world, figures, seed=f"{seed}:client:{number}") for number in range(clients)]
    with ThreadPoolExecutor(clients + operators + 1) as threads:
        working = [threads.submit(caller.run, max(operations // clients, 1)) for caller in callers]
        others = [
            threads.submit(Operator(world, figures, seed=f"{seed}:operator:{number}").run, stop)
            for number in range(operators)
        ]
        others.append(threads.submit(check_until, stop, world, figures))
        try:
            for work in working:
                work.result()
        finally:
            stop.set()
        for work in others:
            work.result()
    check_at_the_end(world, figures, [scored for caller in callers for scored in caller.scored])


def check_until(stop: Event, world: World, figures: Figures, *, every: float = CHECK_EVERY_SECONDS) -> None:
    with world.service.database.connect() as connection:
        while not stop.is_set():
            started = time.monotonic()
            check_all(connection, figures)
            # A large world takes longer to check: the checks never take more than a third of the time.
            stop.wait(max(every, 2 * (time.monotonic() - started)))


def check_at_the_end(world: World, figures: Figures, scored: list[Scored], *, undisturbed: bool = True) -> None:
    """`undisturbed`: every scoring that was carried out was answered, so that there are as many events as answers."""
    settle(world, figures)
    with world.service.database.connect() as connection:
        check_fresh(connection, figures)
        check_all(connection, figures)
    check_weights(world, figures)
    check_answers(world, figures, scored)
    if undisturbed:
        figures.checked("as many scores given as events written")
        ((events,),) = world.service.database.rows(EVENTS)
        if events < len(scored):
            figures.failed(f"{len(scored)} scores were given, and {events} events written")
    log = world.service.server.log()
    figures.count("scorings that started over", log.count("retrying a scoring after a conflict"))
    if undisturbed:
        figures.checked("no traceback in the log")
        if "Traceback" in log:
            figures.failed(log[log.index("Traceback") :][:2_000])


def settle(world: World, figures: Figures) -> None:
    """Every passport is scored once more, one after the other, by then undisturbed."""
    for community_id, address in world.service.database.rows(PASSPORTS):
        path, headers = f"/internal/score/v2/{community_id}/{address}", internal_headers(world.service)
        status = world.service.call("GET", path, headers=headers).status
        figures.answered(status)
        if status != 200:
            figures.failed(f"after the storm {path} is answered with {status}")


def check_weights(world: World, figures: Figures) -> None:
    values = {"weights": json.dumps({k: str(v) for k, v in BASE_WEIGHTS.items()}), "threshold": BASE_THRESHOLD}
    rows = world.service.database.rows(OF_TWO_VERSIONS, values)
    figures.checked("all weights of a score, and its threshold, are of one time")
    if rows:
        figures.failed(f"scores with weights of two times: {rows[:3]}")


def check_answers(world: World, figures: Figures, scored: list[Scored]) -> None:
    given = [
        {
            "community_id": each.community_id, "address": each.address, "at": each.score["last_score_timestamp"],
            "total": each.score["score"], "stamps": each.score["stamps"],
        }
        for each in scored
    ]  # fmt: skip
    missing = world.service.database.rows(WITHOUT_EVENT, [json.dumps(given)])
    figures.checked("a score that a client was given has its event", len(given))
    for row in missing:
        figures.failed(f"a score was given, and no event tells of it: {row}")
