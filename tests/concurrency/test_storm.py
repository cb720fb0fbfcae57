"""Many clients and operators at once: no score is wrong, no row lost or doubled, nobody sees a conflict."""

import pytest

from tests.concurrency.storm import storm
from tests.concurrency.world import make_world
from tests.server.servers import Service
from tools.prove.figures import Figures

pytestmark = pytest.mark.xdist_group("storm")


def test_nothing_is_lost_or_doubled_in_a_storm(stormy_service: Service, seed: int) -> None:
    figures = Figures()
    world = make_world(stormy_service, addresses=12, communities=3, ends_within=8)
    storm(world, figures, seed=seed, clients=8, operations=600)
    assert figures.failures == [], f"PROVE_SEED={seed} replays the operations"
    assert figures.answers.keys() <= {"200", "201"}
    assert figures.counts["scores with a deduplicated stamp"] > 10
