"""The action "Recalculate user score" on scores."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from apps.registry.models import Score
from tests.admin.pages import said, sentence, table
from tests.endpoints.scoring_world import ALICE, hold
from tests.factories.account import CommunityFactory
from tests.factories.registry import ScoreFactory

Browsers = Callable[..., Client]
LIST = "/admin/registry/score/"
PAGE = f"{LIST}recalculate/"

pytestmark = pytest.mark.usefixtures("scoring_world")


@pytest.fixture
def score(scoring_world: None) -> Any:
    community = CommunityFactory(weights={"Google": "1.25"}, threshold="1", name="theirs")
    return ScoreFactory(passport__address=ALICE, passport__community=community, raw_score="0.5")


def test_the_action_leads_to_a_preview_and_changes_nothing(log_in: Browsers, score: Any) -> None:
    page = log_in("operations").post(LIST, {"action": "recalculate", "_selected_action": score.pk}, follow=True)
    assert page.redirect_chain == [(f"{PAGE}?scores={score.pk}", 302)]
    assert sentence(page) == "1 scores are computed again."
    assert table(page, "scores")[0][:3] == [ALICE, str(score.passport.community), "0.5, DONE"]
    assert Score.objects.get().evidence["rawScore"] == "0.5"


def test_confirming_computes_them_and_tells_what_became_of_them(log_in: Browsers, score: Any) -> None:
    hold("Google")
    page = log_in("operations", name="olga").post(f"{PAGE}?scores={score.pk}", {"log_reason": "ticket 7"}, follow=True)
    assert page.redirect_chain == [(f"{LIST}?q={ALICE}", 302)]
    assert said(page)[-1].startswith("1 scores computed: 1 changed, 1 newly passing")
    assert Score.objects.get().evidence["rawScore"] == "1.25"
    entry = LogEntry.objects.get()
    assert (entry.user.get_username(), entry.object_id) == ("olga", str(score.pk))
    assert entry.change_message == "Recalculating 1 scores. Why: ticket 7"


def test_it_needs_a_permission_of_its_own(log_in: Browsers, score: Any) -> None:
    browser = log_in("support")
    assert browser.get(f"{PAGE}?scores={score.pk}").status_code == 403
    assert "Recalculate user score" not in browser.get(LIST).content.decode()


@pytest.mark.parametrize("ids", ["", "x", "99999", ",".join(map(str, range(1, 102)))])
def test_nothing_to_recalculate_is_told(ids: str, log_in: Browsers, score: Any) -> None:
    page = log_in("operations").get(f"{PAGE}?scores={ids}" if ids != "99999" else f"{PAGE}?scores={score.pk + 1}")
    assert not page.context["preview"].is_possible
