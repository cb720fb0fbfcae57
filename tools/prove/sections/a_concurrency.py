"""Storms of clients and operators (tests/concurrency)."""

from tests.concurrency.storm import storm
from tests.concurrency.world import make_world
from tools.prove.section import Run, section
from tools.prove.services import running_service

OPERATIONS = 4_000
# Addresses, communities: few of them clash often, many of them in many ways.
WORLDS = ((6, 2), (16, 4), (48, 6))


@section("concurrency", "Many clients score and post while operators ban, revoke, delete and change weights.")
def concurrency(run: Run) -> None:
    for number, (addresses, communities) in enumerate(WORLDS):
        seed = f"{run.seed}:{number}"
        with running_service(WEB_CONCURRENCY="3", GUNICORN_THREADS="6") as service:
            world = make_world(service, addresses=addresses, communities=communities, ends_within=20)
            storm(world, run.figures, seed=seed, clients=12, operations=run.number(OPERATIONS // len(WORLDS)))
