"""Many requests at a steady rate, with faults at random (tools/soak)."""

from tests.concurrency.world import make_world
from tests.faults.fault_proxy import FaultProxy
from tests.faults.faulty import LIMITS
from tools.prove.section import Run, section
from tools.prove.services import running_service
from tools.soak.soak import soak

REQUESTS = 20_000
PER_SECOND = 150


@section("soak", "Mixed requests at a steady rate while things break: workers use no more, and nothing is wrong.")
def soaking(run: Run) -> None:
    # Workers are not replaced, and their memory of proofs is full when the measuring begins.
    settings = {**LIMITS, "GUNICORN_MAX_REQUESTS": "1000000", "VERDICT_CACHE_SIZE": "1000"}
    with running_service(by=FaultProxy, **settings) as service:
        world = make_world(service, addresses=40, communities=4, ends_within=60)
        soak(world, run.figures, seed=run.seed, requests=run.number(REQUESTS, least=500), per_second=PER_SECOND)
