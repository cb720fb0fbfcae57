"""Scorers in the admin site: weights and threshold, with what a change does before it is made."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from apps.scorer_weighted.models import BinaryWeightedScorer, WeightedScorer
from tests.admin.pages import as_confirmed, counts, errors, sentence, table
from tests.endpoints.left_behind import all_rows
from tests.factories.account import CommunityFactory
from tests.factories.registry import ScoreFactory
from tests.factories.scorer_weighted import BinaryScorerFactory, WeightedScorerFactory

Browsers = Callable[..., Client]

pytestmark = pytest.mark.django_db


@pytest.fixture
def community() -> Any:
    return CommunityFactory(name="theirs", weights={"Google": "1", "NFT": "2"}, threshold="2")


def page_of(scorer: Any) -> str:
    return f"/admin/scorer_weighted/scorer/{scorer.pk}/weights/"


def filled_in(browser: Client, scorer: Any, **changes: Any) -> dict[str, Any]:
    initial = browser.get(page_of(scorer)).context["form"].initial
    data = {"weights": json.dumps(initial["weights"]), "based_on": json.dumps(initial["based_on"])}
    return {**data, "threshold": initial["threshold"], "log_reason": "as decided", **changes}


def test_a_change_is_previewed_with_what_it_does_to_scores(log_in: Browsers, community: Any) -> None:
    ScoreFactory(passport__community=community, stamp_scores={"NFT": 2.0})
    ScoreFactory(passport__community=community, stamp_scores={"Google": 1.0})
    browser = log_in("operations")
    before = all_rows()
    data = filled_in(browser, community.scorer, weights='{"Google": 2.5, "NFT": "1"}', threshold="2")
    page = browser.post(page_of(community.scorer), data)
    assert sentence(page) == f"Scorer {community.scorer.pk} changes."
    assert table(page, "weight-changes") == [["Google", "1", "2.5", "raised"], ["NFT", "2", "1", "lowered"]]
    numbers = counts(page)
    assert [numbers[name] for name in ("All scores", "Newly passing", "No longer passing")] == ["2", "1", "1"]
    assert [label for label, _ in page.context["summary"]] == ["Threshold", "Why"]
    assert any("not excluded" in warning for warning in page.context["preview"].warnings)
    assert all_rows() == before


def test_confirming_saves_it_and_leads_to_the_rescoring(log_in: Browsers, community: Any) -> None:
    browser = log_in("operations")
    data = filled_in(browser, community.scorer, weights='{"Google": "2.5"}', threshold="7.5", confirm="yes")
    page = browser.post(page_of(community.scorer), data)
    assert page.headers["Location"] == f"/admin/account/community/recalculate/?communities={community.pk}"
    scorer = BinaryWeightedScorer.objects.get()
    assert (scorer.weights, scorer.threshold, scorer.type) == ({"Google": "2.5"}, Decimal("7.5"), "WEIGHTED_BINARY")
    message = LogEntry.objects.get().change_message
    assert "Threshold: 2.00000 → 7.50000. Google: 1 → 2.5. NFT: 2 → none. Why: as decided" in message


def test_what_was_previewed_is_what_a_browser_confirms(log_in: Browsers, community: Any) -> None:
    BinaryWeightedScorer.objects.update(weights={"Google": 0.1, "NFT": 2.0, 'a "b" <c>': "1.50"})
    browser = log_in("operations")
    data = filled_in(browser, community.scorer, weights='{"Google": 0.30000000000000004, "a \\"b\\" <c>": "1.50"}')
    preview = browser.post(page_of(community.scorer), data)
    assert browser.post(page_of(community.scorer), as_confirmed(preview)).status_code == 302
    assert BinaryWeightedScorer.objects.get().weights == {"Google": 0.30000000000000004, 'a "b" <c>': "1.50"}


def test_scorers_of_the_other_type_are_changed_too(log_in: Browsers) -> None:
    scorer = WeightedScorerFactory(weights={"Google": 1})
    browser = log_in("operations")
    data = filled_in(browser, scorer, weights='{"Google": 3}', confirm="yes")
    assert browser.post(page_of(scorer), data).status_code == 302
    assert WeightedScorer.objects.get().weights == {"Google": 3}


def test_what_somebody_else_changed_meanwhile_is_left_alone(log_in: Browsers, community: Any) -> None:
    browser = log_in("operations")
    data = filled_in(browser, community.scorer, weights='{"Google": 3}', confirm="yes")
    BinaryWeightedScorer.objects.update(weights={"Google": "5"})
    assert "Somebody else changed it" in errors(browser.post(page_of(community.scorer), data))["__all__"][0]
    assert BinaryWeightedScorer.objects.get().weights == {"Google": "5"}


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"weights": "[1]"}, "weights", "must be a JSON object"),
        ({"weights": "{"}, "weights", "Enter a valid JSON"),
        ({"weights": '{"Google": "much"}'}, "weights", "the weight of Google"),
        ({"weights": '{"Google": null}'}, "weights", "the weight of Google"),
        ({"weights": '{"Google": true}'}, "weights", "the weight of Google"),
        ({"weights": '{"Google": -1}'}, "weights", "the weight of Google"),
        ({"weights": '{"Google": NaN}'}, "weights", "the weight of Google"),
        ({"weights": '{"": 1}'}, "weights", "from 1 to 256"),
        ({"threshold": "-1"}, "threshold", "greater than or equal"),
        ({"threshold": "1.000001"}, "threshold", "decimal places"),
        ({"log_reason": ""}, "log_reason", "required"),
    ],
)
def test_what_cannot_score_is_refused(changes: Any, field: str, text: str, log_in: Browsers, community: Any) -> None:
    browser = log_in("operations")
    data = filled_in(browser, community.scorer, confirm="yes", **changes)
    assert text in errors(browser.post(page_of(community.scorer), data))[field][0]
    assert BinaryWeightedScorer.objects.get().weights == {"Google": "1", "NFT": "2"}


def test_its_form_changes_only_whether_it_is_excluded(log_in: Browsers) -> None:
    scorer = BinaryScorerFactory(weights={"Google": "1"}, threshold=2)
    url = reverse("admin:scorer_weighted_binaryweightedscorer_change", args=[scorer.pk])
    data = {"weights": "{}", "threshold": "7", "exclude_from_weight_updates": "on", "log_reason": "a contract"}
    assert log_in("operations").post(url, data).status_code == 302
    stored = BinaryWeightedScorer.objects.get()
    assert (stored.weights, stored.threshold, stored.exclude_from_weight_updates) == ({"Google": "1"}, 2, True)


def test_a_new_scorer_needs_weights(log_in: Browsers) -> None:
    url = reverse("admin:scorer_weighted_binaryweightedscorer_add")
    data = {"weights": '{"Google": "much"}', "threshold": "20", "log_reason": "a partner"}
    browser = log_in("operations")
    assert "the weight of Google" in errors(browser.post(url, data))["weights"][0]
    assert browser.post(url, {**data, "weights": '{"Google": "1"}'}).status_code == 302


def test_the_list_names_the_communities(log_in: Browsers, community: Any) -> None:
    BinaryScorerFactory()
    CommunityFactory(scorer=community.scorer, name="theirs too")
    page = log_in("support").get("/admin/scorer_weighted/binaryweightedscorer/").content.decode()
    assert "theirs, theirs too" in page or "theirs too, theirs" in page


def test_support_looks_only(log_in: Browsers, community: Any) -> None:
    browser = log_in("support")
    assert browser.get(page_of(community.scorer)).status_code == 403
    url = reverse("admin:scorer_weighted_binaryweightedscorer_change", args=[community.scorer.pk])
    page = browser.get(url).content.decode()
    assert "Google" in page
    assert "Change weights" not in page


def test_an_unknown_scorer_is_404(log_in: Browsers) -> None:
    assert log_in("operations").get("/admin/scorer_weighted/scorer/7/weights/").status_code == 404
