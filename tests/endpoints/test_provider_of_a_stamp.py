"""One credential counts under one provider only, its own, wherever it is stored and however it is scored (D22)."""

from typing import Any

import pytest
from pytest_django import Settings

from apps.ceramic_cache.models import CeramicCache
from apps.registry.explanations.services import explain_score
from apps.registry.models import Score
from apps.registry.recalculation.records import Selection
from apps.registry.recalculation.services import recalculate
from tests.endpoints.left_behind import all_rows, kept_stamps, links
from tests.endpoints.scoring_world import ALICE, Partner, answered, hold, issue, store_bulk, store_embed
from tests.factories.account import CommunityFactory

pytestmark = pytest.mark.usefixtures("scoring_world")

WEIGHTS = {"Google": "1.25", "Github": "2.5", "Lens": "4", "google": "8", "Google ": "16", "AllowList#A": "32"}
OTHER_SPELLINGS = ("google", "Google ", "G\u043eogle", "Google\u200b", "AllowList#A")


@pytest.fixture
def community(settings: Settings) -> Any:
    community = CommunityFactory(weights=WEIGHTS)
    settings.CERAMIC_CACHE_SCORER_ID = community.pk
    return community


def test_one_credential_under_every_providers_name_gives_the_weight_of_its_own_only() -> None:
    credential = issue("Google")
    for provider in WEIGHTS:
        hold(credential=credential, provider=provider)
    answer = Partner(weights=WEIGHTS, threshold=2).score().json()
    assert (answer["score"], answer["passing_score"], list(answer["stamps"])) == ("1.25000", False, ["Google"])
    assert [provider for provider, _ in kept_stamps()] == ["Google"]


@pytest.mark.parametrize("provider", OTHER_SPELLINGS)
def test_a_stamp_of_another_spelling_of_its_provider_does_not_count_also_when_remembered(provider: str) -> None:
    hold("Google", provider=provider)
    partner = Partner(weights={**WEIGHTS, provider: "3"})
    assert [partner.score().json()["stamps"] for _ in range(2)] == [{}, {}]
    assert links() == {}


def test_a_stamp_that_is_filed_elsewhere_after_it_was_remembered_does_not_count() -> None:
    stamp, partner = hold("Google"), Partner(weights=WEIGHTS)
    partner.score()
    CeramicCache.objects.filter(pk=stamp.pk).update(provider="Lens")
    assert [partner.score().json()["score"] for _ in range(2)] == ["0.00000", "0.00000"]


def test_the_recalculation_does_not_count_it_either() -> None:
    stamp, partner = hold("Google"), Partner(weights=WEIGHTS)
    partner.score()
    CeramicCache.objects.filter(pk=stamp.pk).update(provider="Lens")
    recalculate(selection=Selection(community_ids=[partner.community.pk]))
    assert Score.objects.get().evidence["rawScore"] == "0"
    assert kept_stamps() == []


def test_the_explanation_names_both_providers() -> None:
    hold("Google", provider="Lens")
    (stamp,) = explain_score(address=ALICE, scorer_id=Partner(weights=WEIGHTS).community.pk).stamps
    assert (stamp.counts, stamp.verdict) == (False, "other_provider")
    assert "Google" in stamp.sentence
    assert "Lens" in stamp.sentence


@pytest.mark.parametrize("provider", ["Lens", "google", "Google ", "Google%20", "AllowList#A"])
def test_storing_it_is_refused_by_name_and_nothing_is_written(community: Any, provider: str) -> None:
    hold("Github")
    before = all_rows()
    sent = [{"provider": "Lens2", "stamp": issue("Lens2")}, {"provider": provider, "stamp": issue("Google")}]
    status, found = answered(store_bulk(sent))
    assert status == 400
    assert found["detail"] == f"Stamp 1: its provider {provider!r} is not its credentialSubject.provider."
    assert all_rows() == before


@pytest.mark.parametrize("provider", ["AllowList#A", "DeveloperList#A#0a1b2c3d", "AllowList%23A", "a b", "\u00e9"])
def test_a_providers_name_is_taken_letter_by_letter(community: Any, provider: str) -> None:
    assert answered(store_bulk([{"provider": provider, "stamp": issue(provider)}]))[0] == 201
    assert answered(store_embed({"scorer_id": community.pk, "stamps": [issue(provider)]}))[0] == 200
    assert list(Score.objects.get().stamps) == [provider]
