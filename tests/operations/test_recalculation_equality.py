"""A recalculation leaves the rows that as many requests, one after the other, would leave."""

from contextlib import suppress
from typing import Any

import pytest

from apps.registry.models import Event, HashScorerLink, HumanPoints, Score
from apps.registry.recalculation.records import Selection
from apps.registry.recalculation.services import recalculate
from apps.registry.services import score_internally
from scorer_v2.primitives.errors import DomainError
from tests.operations.random_worlds import RandomWorld, changes_undone, rows_of_scorings

pytestmark = pytest.mark.usefixtures("scoring_world")
frozen_time = pytest.mark.usefixtures("frozen")


def by_requests(world: RandomWorld) -> dict[str, Any]:
    for community_id, _, holder in world.passports():
        with suppress(DomainError):  # an error of the data, whose row is stored
            score_internally(scorer_id=community_id, address=holder)
    return rows_of_scorings()


def selection(world: RandomWorld) -> Selection:
    return Selection([community.pk for community in world.communities])


@frozen_time
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("batch_size", [500, 3])
def test_the_rows_are_those_of_requests_in_a_row(seed: int, batch_size: int) -> None:
    world = RandomWorld(seed)
    with changes_undone():
        due = by_requests(world)

    tally = recalculate(selection=selection(world), batch_size=batch_size)

    found = rows_of_scorings()
    for table in due:
        assert found[table] == due[table], table
    assert (tally.passports, tally.failed) == (len(world.passports()), 0)
    assert tally.unchanged + tally.changed + tally.errors == tally.passports


@frozen_time
@pytest.mark.parametrize(("seed", "awarded"), [(1, {"MM2", "TCO", "HKY", "ISB"}), (2, {"SCB"})])
def test_the_worlds_have_every_kind_of_outcome(seed: int, awarded: set[str]) -> None:
    """Else the test above would show little."""
    world = RandomWorld(seed)
    recalculate(selection=selection(world))
    assert set(Score.objects.values_list("status", "score").distinct()) == {("DONE", 1), ("DONE", 0), ("ERROR", None)}
    assert set(Event.objects.values_list("action", flat=True)) == {"LDP", "SCU"}
    assert awarded <= set(HumanPoints.objects.values_list("action", flat=True))
    assert HashScorerLink.objects.filter(address__in=world.addresses).exists()


@frozen_time
@pytest.mark.usefixtures("nothing_known")
def test_verifying_all_proofs_finds_the_same() -> None:
    world = RandomWorld(3)
    with changes_undone():
        trusting = recalculate(selection=selection(world))
        due = rows_of_scorings()

    strict = recalculate(selection=selection(world), verify_all_proofs=True)

    assert rows_of_scorings() == due
    assert strict.proofs_verified > trusting.proofs_verified


@frozen_time
def test_doing_it_again_changes_times_and_events_only() -> None:
    world = RandomWorld(5)
    # Not those with errors of the data: who lost a stamp to somebody else may have none the next time.
    sound = Selection([community.pk for community in world.communities if community.scorer.weights["Google"]])
    recalculate(selection=sound)
    first = rows_of_scorings()

    again = recalculate(selection=sound)

    second = rows_of_scorings()
    assert {table: rows for table, rows in second.items() if table != "events"} == {
        table: rows for table, rows in first.items() if table != "events"
    }
    assert again.changed == again.newly_passing == again.no_longer_passing == 0
    assert len(second["events"]) > len(first["events"])


def test_two_workers_find_what_one_finds() -> None:
    world = RandomWorld(6, addresses=4)
    with changes_undone():
        one = recalculate(selection=selection(world))
        due = without_times(rows_of_scorings())
    two = recalculate(selection=selection(world), workers=2, batch_size=100)
    assert without_times(rows_of_scorings()) == due
    assert (two.passports, two.changed) == (one.passports, one.changed)


def without_times(rows: dict[str, Any]) -> dict[str, Any]:
    """The processes of workers have a clock of their own."""
    return {
        "scores": [(*row[:4], *row[5:]) for row in rows["scores"]],
        "events": [row[:3] for row in rows["events"]],
        "stamps": rows["stamps"],
        "qualified": rows["qualified"],
        "points": [row[:5] for row in rows["points"]],
    }
