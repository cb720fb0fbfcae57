"""Uploading weights as CSV: preview with what changes, confirm."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.registry.models import WeightConfiguration, WeightConfigurationItem
from apps.scorer_weighted.models import BinaryWeightedScorer
from tests.admin.pages import as_confirmed, counts, errors, sentence, table
from tests.endpoints.left_behind import all_rows
from tests.factories.account import CommunityFactory
from tests.factories.registry import ScoreFactory, WeightConfigurationFactory

Browsers = Callable[..., Client]
PAGE = "/admin/registry/weightconfiguration/upload/"
OTHERS = ("django_session",)

pytestmark = pytest.mark.django_db


def upload(browser: Client, content: bytes, **changes: Any) -> Any:
    file = SimpleUploadedFile("weights.csv", content)
    data = {"file": file, "version": "", "threshold": "20", "description": "spring", "log_reason": "as decided"}
    return browser.post(PAGE, {**data, **changes})


def confirm(browser: Client, preview: Any, **changes: Any) -> Any:
    form = preview.context["form"]
    data = {"draft": form.data["draft"], "version": "", "threshold": "20", "description": "spring"}
    return browser.post(PAGE, {**data, "log_reason": "as decided", "confirm": "yes", **changes})


def test_the_form_begins_with_the_next_version_and_the_active_threshold(log_in: Browsers) -> None:
    WeightConfigurationFactory(version="41", threshold=17.5, active=True)
    form = log_in("operations").get(PAGE).context["form"]
    assert (form.initial["version"], form.initial["threshold"]) == ("42", 17.5)


def test_the_preview_shows_what_changes_and_writes_nothing(log_in: Browsers) -> None:
    WeightConfigurationFactory(version="1", weights={"Google": 1.0, "NFT": 2.0}, threshold=10, active=True)
    community = CommunityFactory(name="theirs", weights={"Google": "1", "NFT": "2"}, threshold="1")
    ScoreFactory(passport__community=community, stamp_scores={"Google": 1.0})
    browser = log_in("operations")
    before = all_rows(but=OTHERS)
    page = upload(browser, b"\xef\xbb\xbfprovider,weight\r\nGoogle,0.5\r\nGithub,3\r\n", threshold="1")
    assert sentence(page) == "A new configuration with 2 weights."
    assert table(page, "weight-changes") == [
        ["Threshold", "10.00000", "1.00000", "changed"],
        ["Github", "-", "3", "added"],
        ["Google", "1", "0.5", "lowered"],
        ["NFT", "2", "-", "removed"],
    ]
    assert [row[-1] for row in table(page, "scorer-changes")] == ["change 3 weights"]
    assert table(page, "community-effects") == [[str(community.pk), "theirs", "1", "1", "0"]]
    numbers = counts(page)
    assert (numbers["Scores in the sample"], numbers["No longer passing"]) == ("1", "1")
    assert all_rows(but=OTHERS) == before


def test_confirming_makes_an_inactive_configuration(log_in: Browsers) -> None:
    scorer = CommunityFactory().scorer
    browser = log_in("operations", name="olga")
    page = browser.post(PAGE, as_confirmed(upload(browser, b"Google,0.5\nGithub,3\n")))
    made = WeightConfiguration.objects.get()
    assert page.headers["Location"] == f"/admin/registry/weightconfiguration/{made.pk}/change/"
    assert (made.version, made.threshold, made.active, made.description) == ("1", 20.0, False, "spring")
    assert dict(WeightConfigurationItem.objects.values_list("provider", "weight")) == {"Google": 0.5, "Github": 3.0}
    assert BinaryWeightedScorer.objects.get().weights == scorer.weights
    entry = LogEntry.objects.get()
    assert (entry.user.get_username(), entry.action_flag, entry.object_id) == ("olga", ADDITION, str(made.pk))
    assert entry.change_message == "Uploaded 2 weights. Why: as decided"


def test_lines_that_cannot_be_used_are_shown_and_nothing_can_be_confirmed(log_in: Browsers) -> None:
    browser = log_in("operations")
    page = upload(browser, b"Google,1\nGithub,much\nGoogle,2\n")
    assert "cannot be used" in sentence(page)
    assert [row[0] for row in table(page, "rejected-lines")] == ["2", "3"]
    assert not page.context["preview"].is_possible
    assert 'id="confirm"' not in page.content.decode()
    assert confirm(browser, page).status_code == 200
    assert not WeightConfiguration.objects.exists()
    ((_, url),) = page.context["preview"].links
    rejected = b"".join(browser.get(url).streaming_content).decode()  # type: ignore[attr-defined]
    assert rejected.startswith("line,reason,content\n2,'much' is not a number.,Github,much\n3,\"It repeats line 1")


@pytest.mark.parametrize(
    ("content", "changes", "field"),
    [
        (b"Google,1\n", {"version": "taken"}, "version"),
        (b"Google,1\n", {"threshold": "-1"}, "threshold"),
        (b"Google,1\n", {"threshold": "nan"}, "threshold"),
        (b"Google,1\n", {"log_reason": ""}, "log_reason"),
        (b"\xff\xfe", {}, "file"),
    ],
)
def test_what_cannot_be_used_is_refused(content: bytes, changes: Any, field: str, log_in: Browsers) -> None:
    WeightConfigurationFactory(version="taken")
    assert field in errors(upload(log_in("operations"), content, **changes))
    assert WeightConfiguration.objects.count() == 1


def test_a_version_that_was_taken_after_the_preview_is_refused(log_in: Browsers) -> None:
    browser = log_in("operations")
    preview = upload(browser, b"Google,1\n", version="spring")
    WeightConfigurationFactory(version="spring")
    assert "version" in errors(confirm(browser, preview, version="spring"))


def test_support_uploads_nothing(log_in: Browsers) -> None:
    assert upload(log_in("support"), b"Google,1\n").status_code == 403
