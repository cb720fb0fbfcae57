"""What other weights do to how many passing scores, on a sample."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from apps.registry.weight_effects import services
from apps.registry.weight_effects.services import effect_of_configuration, effect_on_community, effect_on_scorer
from tests.endpoints.left_behind import all_rows
from tests.factories.account import AllowListFactory, CommunityFactory, CustomizationFactory
from tests.factories.registry import PassportFactory, ScoreFactory
from tests.factories.scorer_weighted import WeightedScorerFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def scored(community: Any, *providers: str, expires: str = "2099-01-01T00:00:00Z", **score: Any) -> Any:
    stamps = {provider: {"score": "1.00000", "dedup": False, "expiration_date": expires} for provider in providers}
    stamp_scores = dict.fromkeys(providers, 1.0)
    return ScoreFactory(passport__community=community, **{"stamps": stamps, "stamp_scores": stamp_scores, **score})


@pytest.fixture
def community() -> Any:
    return CommunityFactory(weights={"Google": "1", "Github": "0.5"}, threshold="1")


def numbers(effect: Any) -> tuple[int, ...]:
    total = effect.total
    return (total.scores, total.before, total.after, total.newly, total.no_longer)


def test_it_says_how_many_pass_before_and_after(community: Any) -> None:
    scored(community, "Google")
    scored(community, "Github")
    scored(community, "Google", "Github")
    effect = effect_of_configuration(weights={"Google": 0.5, "Github": 1.0}, threshold=1.0)
    assert numbers(effect) == (3, 2, 2, 1, 1)
    assert [(one.community.id, one.effect.newly) for one in effect.communities] == [(community.pk, 1)]


def test_sums_are_those_of_a_scoring(community: Any) -> None:
    scored(community, "Google", "Github")
    assert numbers(effect_of_configuration(weights={"Google": 0.1, "Github": 0.2}, threshold=0.3)) == (1, 1, 1, 0, 0)
    assert numbers(effect_of_configuration(weights={"Google": 0.1}, threshold=0.3)) == (1, 1, 0, 0, 1)


def test_excluded_scorers_and_thresholds_of_weighted_ones_stay() -> None:
    excluded = CommunityFactory(weights={"Google": "1"}, threshold="1")
    type(excluded.scorer).objects.update(exclude_from_weight_updates=True)
    scored(excluded, "Google")
    weighted = CommunityFactory(scorer=WeightedScorerFactory(weights={"Google": "1"}, threshold="1"))
    scored(weighted, "Google")
    assert numbers(effect_of_configuration(weights={"Google": 2.0}, threshold=3.0)) == (2, 2, 2, 0, 0)
    assert numbers(effect_of_configuration(weights={"Google": 0.5}, threshold=0.5)) == (2, 2, 1, 0, 1)


def test_stamps_that_have_expired_since_count_neither_before_nor_after(community: Any) -> None:
    scored(community, "Google", expires="2025-01-01T00:00:00Z")
    effect = effect_of_configuration(weights={"Google": 5.0}, threshold=1.0, now=NOW)
    assert (effect.total.stored, *numbers(effect)) == (1, 1, 0, 0, 0, 0)


def test_old_rows_are_sampled_or_left_out_and_do_no_harm(community: Any) -> None:
    scored(community, "Google", stamps=None)
    scored(community, "Google", stamps=[1], stamp_scores={"Google": "1.0"})
    scored(community, "Google", stamps={"Google": {"expiration_date": "soon"}})
    scored(community, stamp_scores={})
    scored(community, stamp_scores=None)
    scored(community, stamp_scores=["Google"])
    ScoreFactory(passport__community=community, failed=True)
    assert numbers(effect_of_configuration(weights={"Google": 1.0}, threshold=1.0)) == (4, 3, 3, 0, 0)


def test_a_weight_that_is_no_number_is_an_error(community: Any) -> None:
    scored(community, "Google")
    effect = effect_on_scorer(scorer_id=community.scorer_id, weights={"Google": "much"}, threshold=Decimal(1))
    assert (effect.total.errors, *numbers(effect)) == (1, 1, 1, 0, 0, 1)


def test_a_scorer_concerns_its_communities_only(community: Any) -> None:
    scored(community, "Google")
    scored(CommunityFactory(weights={"Google": "1"}), "Google")
    effect = effect_on_scorer(scorer_id=community.scorer_id, weights={"Google": 1}, threshold=Decimal(2))
    assert numbers(effect) == (1, 1, 0, 0, 1)
    assert effect.is_whole


def test_a_customization_concerns_its_community_only(community: Any) -> None:
    AllowListFactory(customization=CustomizationFactory(scorer=community), address_list__name="Friends", weight="1")
    scored(community, "AllowList#Friends")
    effect = effect_on_community(community_id=community.pk, overlay={"AllowList#Friends": Decimal("0.5000")})
    assert numbers(effect) == (1, 1, 0, 0, 1)


def test_nothing_scored_is_an_empty_sample(community: Any) -> None:
    PassportFactory(community=community)
    assert numbers(effect_of_configuration(weights={}, threshold=1.0)) == (0, 0, 0, 0, 0)
    assert numbers(effect_on_scorer(scorer_id=7, weights={}, threshold=Decimal(1))) == (0, 0, 0, 0, 0)


def test_large_communities_are_sampled_all_over(community: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"CANDIDATES": 5, "ENOUGH": 5, "SCORES": 4}.items():
        monkeypatch.setattr(services, name, value)
    small = CommunityFactory(weights={"Google": "1"}, threshold="1")
    for _ in range(20):
        scored(community, "Google")
    scored(small, "Google")
    large = effect_on_scorer(scorer_id=community.scorer_id, weights={"Google": 1}, threshold=Decimal(2))
    assert 15 < large.total.scores <= 20
    assert [one.community.id for one in large.communities] == [community.pk]
    assert not large.is_whole
    whole = effect_on_scorer(scorer_id=small.scorer_id, weights={"Google": 1}, threshold=Decimal(2))
    assert (whole.total.scores, whole.is_whole) == (1, True)
    monkeypatch.setattr(services, "ENOUGH", 100)
    few = effect_on_scorer(scorer_id=community.scorer_id, weights={"Google": 1}, threshold=Decimal(2))
    assert (few.total.scores, few.is_whole) == (4, False)


def test_it_writes_nothing(community: Any) -> None:
    scored(community, "Google")
    before = all_rows()
    effect_of_configuration(weights={"Google": 0.5}, threshold=1.0)
    effect_on_scorer(scorer_id=community.scorer_id, weights={"Google": 1}, threshold=Decimal(2))
    assert all_rows() == before
