"""Activating a weight configuration, and copying the active one to the scorers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from apps.registry.models import WeightConfiguration
from apps.scorer_weighted.models import BinaryWeightedScorer
from tests.admin.pages import counts, said, sentence, table
from tests.endpoints.left_behind import all_rows
from tests.factories.account import CommunityFactory
from tests.factories.registry import ScoreFactory, WeightConfigurationFactory
from tests.factories.scorer_weighted import BinaryScorerFactory

Browsers = Callable[..., Client]
COPY = "/admin/scorer_weighted/copy-active-weights/"
REASON = {"log_reason": "as decided"}

pytestmark = pytest.mark.django_db


def activation(configuration: Any) -> str:
    return f"/admin/registry/weightconfiguration/{configuration.pk}/activate/"


def active_versions() -> list[str]:
    return list(WeightConfiguration.objects.filter(active=True).values_list("version", flat=True))


def test_activation_shows_first_what_it_changes(log_in: Browsers) -> None:
    WeightConfigurationFactory(version="1", weights={"Google": 1.0}, threshold=1, active=True)
    wanted = WeightConfigurationFactory(version="2", weights={"Google": 0.5}, threshold=1)
    community = CommunityFactory(weights={"Google": "1"}, threshold="1")
    ScoreFactory(passport__community=community, stamp_scores={"Google": 1.0})
    browser = log_in("operations")
    before = all_rows()
    page = browser.get(activation(wanted))
    assert sentence(page) == "Version 2 becomes active instead of version 1."
    assert table(page, "weight-changes") == [["Google", "1", "0.5", "lowered"]]
    assert counts(page)["No longer passing"] == "1"
    assert all_rows() == before


def test_confirming_activates_it_and_changes_no_scorer(log_in: Browsers) -> None:
    WeightConfigurationFactory(version="1", active=True)
    wanted = WeightConfigurationFactory(version="2", weights={"Google": 0.5})
    scorer = BinaryScorerFactory(weights={"Google": "1"})
    page = log_in("operations").post(activation(wanted), REASON, follow=True)
    assert active_versions() == ["2"]
    assert BinaryWeightedScorer.objects.get().weights == scorer.weights
    assert said(page) == ["Activated instead of version 1. Now copy the weights to the scorers."]
    entry = LogEntry.objects.get()
    assert (entry.object_id, "Why: as decided" in entry.change_message) == (str(wanted.pk), True)


def test_what_is_active_or_empty_cannot_be_activated(log_in: Browsers) -> None:
    active = WeightConfigurationFactory(version="1", weights={"Google": 1.0}, active=True)
    empty = WeightConfigurationFactory(version="2")
    browser = log_in("operations")
    assert sentence(browser.get(activation(active))) == "Version 1 is active already."
    for configuration in (active, empty):
        assert not browser.get(activation(configuration)).context["preview"].is_possible


def test_copying_shows_first_which_scorers_change(log_in: Browsers) -> None:
    WeightConfigurationFactory(version="2", weights={"Google": 0.5}, threshold=2, active=True)
    community = CommunityFactory(name="theirs", weights={"Google": "1"}, threshold="1")
    ScoreFactory(passport__community=community, stamp_scores={"Google": 1.0})
    BinaryScorerFactory(weights={"Google": 0.5}, threshold=2)
    BinaryScorerFactory(weights={}, exclude_from_weight_updates=True)
    browser = log_in("operations")
    before = all_rows()
    page = browser.get(COPY)
    assert sentence(page) == "Version 2 is copied to 1 scorers."
    numbers = counts(page)
    assert [numbers[name] for name in ("Scorers that change", "Have these weights", "Excluded")] == ["1", "1", "1"]
    assert numbers["No longer passing"] == "1"
    assert table(page, "community-effects") == [[str(community.pk), "theirs", "1", "1", "0"]]
    assert all_rows() == before


def test_the_same_numbers_in_another_form_are_told_as_such(log_in: Browsers) -> None:
    WeightConfigurationFactory(version="2", weights={"Google": 0.5}, threshold=2, active=True)
    BinaryScorerFactory(weights={"Google": "0.5"}, threshold=2)
    page = log_in("operations").get(COPY)
    assert sentence(page) == "Version 2 is copied to 1 scorers."
    assert [row[-1] for row in table(page, "scorer-changes")] == ["change only how the same numbers are stored"]


def test_confirming_copies_them(log_in: Browsers) -> None:
    active = WeightConfigurationFactory(version="2", weights={"Google": 0.5}, threshold=2, active=True)
    BinaryScorerFactory(weights={"Google": "1"}, threshold=1)
    browser = log_in("operations")
    page = browser.post(COPY, REASON, follow=True)
    scorer = BinaryWeightedScorer.objects.get()
    assert (scorer.weights, scorer.threshold) == ({"Google": 0.5}, 2)
    assert said(page)[0].startswith("Copied version 2 to 1 scorers; 0 had it, 0 keep their own.")
    assert "manage.py recalculate_scores --keep-weights" in said(page)[0]
    assert LogEntry.objects.get().object_id == str(active.pk)
    assert not browser.get(COPY).context["preview"].is_possible


def test_without_active_weights_there_is_nothing_to_copy(log_in: Browsers) -> None:
    page = log_in("operations").get(COPY)
    assert sentence(page) == "There is no active weight configuration with weights."
    assert not page.context["preview"].is_possible


def test_support_may_neither(log_in: Browsers) -> None:
    browser = log_in("support")
    assert browser.post(COPY, REASON).status_code == 403
    assert browser.get(COPY).status_code == 403
    assert browser.post(activation(WeightConfigurationFactory()), REASON).status_code == 403
    assert active_versions() == []
