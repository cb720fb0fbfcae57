"""Scores as they are stored, read in one round trip with the points that may be shown."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from apps.registry.managers.stored_scores import ScoreRow, find_stored_score
from apps.registry.scoring.records import HumanPoint, PointsState
from scorer_v2.database import round_trips
from scorer_v2.primitives.errors import DatabaseUnavailable
from tests.endpoints.disturbing import fail
from tests.factories.account import CommunityFactory
from tests.factories.registry import (
    HumanPointsConfigFactory,
    HumanPointsFactory,
    PassportFactory,
    QualifiedUserFactory,
    ScoreFactory,
)

pytestmark = pytest.mark.usefixtures("committed_rows")

ALICE, BOB = "0x" + "a" * 40, "0x" + "b" * 40


def test_without_the_community_there_is_nothing() -> None:
    ScoreFactory(passport__address=ALICE)
    assert find_stored_score(scorer_id=10**9, address=ALICE, points_wanted=True) is None


def test_without_a_score_there_is_the_community() -> None:
    community = CommunityFactory(human_points_program=True)
    PassportFactory(address=ALICE, community=community)
    ScoreFactory(passport__address=BOB, passport__community=community)
    ScoreFactory(passport__address=ALICE)
    found = find_stored_score(scorer_id=community.pk, address=ALICE, points_wanted=False)
    assert found is not None
    assert (found.row, found.human_points_program) == (None, True)


def test_a_score_has_its_evidence_parsed_and_its_stamps_as_json() -> None:
    score = ScoreFactory(passport__address=ALICE, raw_score="3.5", expiration_date=datetime(2031, 1, 1, tzinfo=UTC))
    found = find_stored_score(scorer_id=score.passport.community_id, address=ALICE, points_wanted=True)
    assert found is not None
    assert found.row is not None
    assert found.row.stamps is not None
    assert json.loads(found.row.stamps) == score.stamps
    assert replace(found.row, stamps=None) == ScoreRow(
        evidence=score.evidence,
        stamps=None,
        error=None,
        last_score_timestamp=score.last_score_timestamp,
        expiration_date=datetime(2031, 1, 1, tzinfo=UTC),
    )
    assert found.human_points_program is False


def test_an_error_has_its_text_and_nothing_else() -> None:
    score = ScoreFactory(passport__address=ALICE, failed=True)
    found = find_stored_score(scorer_id=score.passport.community_id, address=ALICE, points_wanted=True)
    assert found is not None
    assert found.row == ScoreRow(None, None, "Invalid rule", None, None)


@pytest.mark.parametrize(
    ("programme", "wanted", "loaded"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_points_are_loaded_only_where_they_may_be_shown(programme: bool, wanted: bool, loaded: bool) -> None:
    community = CommunityFactory(human_points_program=programme)
    QualifiedUserFactory(address=ALICE, community=community)
    HumanPointsFactory(address=ALICE, action="SCB")
    HumanPointsFactory(address=BOB, action="SOG")
    HumanPointsConfigFactory(action="SCB", points=7)
    found = find_stored_score(scorer_id=community.pk, address=ALICE, points_wanted=wanted)
    assert found is not None
    if loaded:
        assert found.points.held == {HumanPoint("SCB")}
        assert found.points.qualified_communities == {community.pk}
        assert found.points.config["SCB"] == 7
    else:
        assert found.points == PointsState()


def test_a_database_that_is_down_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(round_trips, "_carry_out", lambda *_: fail())
    with pytest.raises(DatabaseUnavailable):
        find_stored_score(scorer_id=1, address=ALICE, points_wanted=True)
