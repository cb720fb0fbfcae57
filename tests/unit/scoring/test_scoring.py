from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.registry.scoring.records import Deduplication, HashLink, HumanPoint, PointsAward
from apps.registry.scoring.scoring import ScoringError, compute, needs_metamask_count
from tests.unit.scoring.factories import (
    ALICE,
    BOB,
    COMMUNITY,
    EXPIRY,
    FUTURE,
    NOW,
    PAST,
    POINTS_RULES,
    RULES,
    make_credential,
    make_links,
    make_snapshot,
    make_state,
    make_stored,
    score,
)

GOOGLE = make_credential(nullifiers=("v0:g", "v1:g"))
GITHUB = make_credential(provider="Github", nullifiers=("v0:h",))


def test_it_scores_an_address_without_stamps() -> None:
    outcome = score(make_snapshot())
    assert outcome.deduplication == Deduplication((), (), (), ())
    assert (outcome.score.passing, outcome.score.evidence["rawScore"]) == (False, "0")
    assert outcome.dedup_events == ()
    assert outcome.award == PointsAward()


def test_it_scores_what_is_kept_and_reports_what_is_not() -> None:
    links = {"v0:h": HashLink("v0:h", BOB, FUTURE)}
    outcome = score(make_snapshot(GOOGLE, GITHUB, links=links, threshold=Decimal("1.25000")))
    assert [stamp.provider for stamp in outcome.deduplication.kept] == ["Google"]
    assert [link.hash for link in outcome.deduplication.claims] == ["v0:g", "v1:g"]
    assert outcome.score.passing
    assert outcome.score.expires_at == EXPIRY
    assert outcome.score.stamps["Github"]["dedup"]
    assert outcome.dedup_events == ({"nullifiers": ["v0:h"], "provider": "Github", "community_id": COMMUNITY},)
    assert outcome.score_fields["stamps"] == outcome.score.stamps


@pytest.mark.parametrize("rule", ["FIFO", "lifo", "", " LIFO"])
def test_a_rule_other_than_lifo_is_the_first_error(rule: str) -> None:
    def look(*_: Any) -> str | None:
        raise AssertionError("No stamp must be looked at.")

    snapshot = make_snapshot(GOOGLE, rule=rule)
    with pytest.raises(ScoringError, match=r"^Invalid rule$"):
        compute(replace(snapshot, weights=None), rules=RULES, now=NOW, proof_fault=look)


def test_missing_weights_are_an_error_even_without_stamps() -> None:
    with pytest.raises(ScoringError, match="no weights"):
        score(replace(make_snapshot(), weights=None))


def test_a_wrong_weight_is_an_error_of_those_who_keep_such_a_stamp() -> None:
    snapshot = make_snapshot(GOOGLE, GITHUB, weights={"Google": "1", "Github": None})
    with pytest.raises(ScoringError, match="Github"):
        score(snapshot)
    assert score(replace(snapshot, stamps=snapshot.stamps[:1])).score.evidence["rawScore"] == "1"
    claimed = {"v0:h": HashLink("v0:h", BOB, FUTURE)}
    assert score(replace(snapshot, links=claimed)).score.evidence["rawScore"] == "1"


def test_an_invalid_stamp_is_left_out_and_the_others_count() -> None:
    broken = make_stored(make_credential(provider="Github", expirationDate="soon"), number=1)
    outcome = score(make_snapshot(broken, make_stored(GOOGLE, number=2)))
    assert list(outcome.score.stamps) == ["Google"]


def test_an_older_valid_stamp_never_stands_in_for_an_invalid_newer_one() -> None:
    older = make_stored(GOOGLE, number=1, updated_at=PAST)
    newer = make_stored(
        make_credential(expirationDate="2020-01-01T00:00:00Z"), number=2, updated_at=PAST + timedelta(1)
    )
    assert score(make_snapshot(older, newer)).score.stamps == {}


def test_a_stamp_without_a_counting_nullifier_is_kept_without_a_link() -> None:
    snapshot = make_snapshot(make_credential(nullifiers=("v1:g",)), links=make_links(**{"v1:g": (BOB, FUTURE)}))
    outcome = score(snapshot, rules=replace(RULES, multi_nullifier=False))
    assert len(outcome.deduplication.kept) == 1
    assert outcome.deduplication.claims == ()


def test_it_awards_points_for_kept_stamps_of_a_passing_score() -> None:
    snapshot = make_snapshot(
        GOOGLE, GITHUB, links={"v0:h": HashLink("v0:h", BOB, FUTURE)}, threshold=Decimal(1), human_points_program=True,
        points=make_state(),
    )  # fmt: skip
    rows = (HumanPoint("HKY", provider="Google", tx_hash="v1:g"),)
    assert score(snapshot, rules=POINTS_RULES).award == PointsAward(qualifies=True, rows=rows)
    assert score(replace(snapshot, threshold=Decimal(2)), rules=POINTS_RULES).award == PointsAward()


def test_the_metamask_award_is_given_when_somebody_counted() -> None:
    state = make_state(address_lists=frozenset({"MetaMaskOG2"}))
    snapshot = make_snapshot(threshold=Decimal(0), human_points_program=True, points=state)
    outcome = score(snapshot, rules=POINTS_RULES)
    assert outcome.award.rows == ()
    assert needs_metamask_count(snapshot, outcome, POINTS_RULES)
    counted = replace(snapshot, points=replace(state, metamask_awards=4999))
    outcome = score(counted, rules=POINTS_RULES)
    assert outcome.award.rows == (HumanPoint("MM2"),)
    assert not needs_metamask_count(counted, outcome, POINTS_RULES)


def test_points_count_from_the_moment_of_the_score() -> None:
    """The start of the points is compared with the scoring's own time, in both halves."""
    rules = replace(POINTS_RULES, points_start=NOW)
    state = make_state(address_lists=frozenset({"MetaMaskOG2"}))
    snapshot = make_snapshot(make_credential(), threshold=Decimal(1), human_points_program=True, points=state)
    outcome = score(snapshot, rules)
    assert outcome.award.qualifies
    assert needs_metamask_count(snapshot, outcome, rules)
    early = score(snapshot, rules, now=NOW - timedelta(microseconds=1))
    assert not early.award.qualifies
    assert not needs_metamask_count(snapshot, early, rules)


def test_first_come_first_served() -> None:
    alice = make_snapshot(make_credential(ALICE))
    links = {link.hash: link for link in score(alice).deduplication.claims}
    bob = replace(make_snapshot(make_credential(BOB), links=links), address=BOB)
    assert len(score(bob).deduplication.deduplicated) == 1
    assert len(score(replace(alice, links=links)).deduplication.kept) == 1
    later = EXPIRY + timedelta(microseconds=1)
    renewed = make_stored(make_credential(BOB, expirationDate="2100-01-01T00:00:00Z"))
    assert len(score(replace(bob, stamps=[renewed]), now=later).deduplication.kept) == 1
