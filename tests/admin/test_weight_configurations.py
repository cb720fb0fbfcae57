"""Weight configurations in the admin site: changed, cloned, compared, downloaded, deleted."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from apps.registry.models import WeightConfiguration, WeightConfigurationItem
from tests.admin.pages import as_confirmed, errors, sentence, table
from tests.endpoints.left_behind import all_rows
from tests.factories.registry import WeightConfigurationFactory
from tests.factories.scorer_weighted import BinaryScorerFactory

Browsers = Callable[..., Client]
LIST = "/admin/registry/weightconfiguration/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def configuration() -> Any:
    return WeightConfigurationFactory(version="1", weights={"Google": 1.0, "NFT": 2.0}, threshold=20.0)


def url(configuration: Any, page: str) -> str:
    return f"{LIST}{configuration.pk}/{page}/"


def weights_of(configuration: Any) -> dict[str, float]:
    rows = WeightConfigurationItem.objects.filter(weight_configuration=configuration)
    return dict(rows.values_list("provider", "weight"))


def filled_in(browser: Client, configuration: Any, **changes: Any) -> dict[str, Any]:
    """The form as it comes, with these changes."""
    initial = browser.get(url(configuration, "weights")).context["form"].initial
    return {**initial, "log_reason": "as decided", **changes}


def test_the_form_has_the_weights_as_lines(log_in: Browsers, configuration: Any) -> None:
    data = filled_in(log_in("operations"), configuration)
    assert (data["weights"], data["threshold"]) == ("Google,1\nNFT,2\n", 20.0)


def test_a_change_is_previewed_and_then_made(log_in: Browsers, configuration: Any) -> None:
    browser = log_in("operations")
    before = all_rows()
    data = filled_in(browser, configuration, weights="Google,1.5\r\nGithub,3", threshold="10")
    page = browser.post(url(configuration, "weights"), data)
    assert sentence(page) == "Version 1 changes."
    assert table(page, "weight-changes") == [
        ["Threshold", "20.00000", "10.00000", "changed"],
        ["Github", "-", "3", "added"],
        ["Google", "1", "1.5", "raised"],
        ["NFT", "2", "-", "removed"],
    ]
    assert all_rows() == before
    assert browser.post(url(configuration, "weights"), {**data, "confirm": "yes"}).status_code == 302
    configuration.refresh_from_db()
    assert (weights_of(configuration), configuration.threshold) == ({"Google": 1.5, "Github": 3.0}, 10.0)
    message = LogEntry.objects.get().change_message
    assert "Threshold: 20.00000 → 10.00000. Github: none → 3. Google: 1 → 1.5. NFT: 2 → none." in message


def test_what_was_previewed_is_what_a_browser_confirms(log_in: Browsers, configuration: Any) -> None:
    browser = log_in("operations")
    data = filled_in(browser, configuration, weights='"a, b",0.1\r\nGithub,3\r\n')
    preview = browser.post(url(configuration, "weights"), data)
    assert browser.post(url(configuration, "weights"), as_confirmed(preview)).status_code == 302
    assert weights_of(configuration) == {"a, b": 0.1, "Github": 3.0}


def test_no_change_cannot_be_confirmed(log_in: Browsers, configuration: Any) -> None:
    browser = log_in("operations")
    page = browser.post(url(configuration, "weights"), filled_in(browser, configuration))
    assert sentence(page) == "Version 1 stays as it is."
    assert not page.context["preview"].is_possible


def test_a_change_of_the_active_one_is_told_as_such(log_in: Browsers) -> None:
    active = WeightConfigurationFactory(weights={"Google": 1.0}, active=True)
    browser = log_in("operations")
    page = browser.post(url(active, "weights"), filled_in(browser, active, weights="Google,2"))
    assert "This configuration is the active one." in page.context["preview"].warnings


def test_what_somebody_else_changed_meanwhile_is_left_alone(log_in: Browsers, configuration: Any) -> None:
    browser = log_in("operations")
    data = filled_in(browser, configuration, weights="Google,1.5", confirm="yes")
    browser.post(url(configuration, "weights"), {**data, "weights": "Google,7"})
    page = browser.post(url(configuration, "weights"), data)
    assert "Somebody else changed it meanwhile" in errors(page)["__all__"][0]
    assert weights_of(configuration) == {"Google": 7.0}


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"weights": "Google,1\nGithub"}, "weights", "Line 2: The line must have two cells"),
        ({"weights": "Google,1\nGoogle,2"}, "weights", "Line 2: It repeats line 1"),
        ({"weights": ""}, "weights", "required"),
        ({"weights": "\n\n"}, "weights", "The file is empty"),
        ({"threshold": "x"}, "threshold", "Enter a number"),
        ({"updated_at": "x"}, "updated_at", "no time"),
    ],
)
def test_what_are_no_weights_is_refused(
    changes: Any, field: str, text: str, log_in: Browsers, configuration: Any
) -> None:
    browser = log_in("operations")
    page = browser.post(url(configuration, "weights"), filled_in(browser, configuration, confirm="yes", **changes))
    assert text in errors(page)[field][0]
    assert weights_of(configuration) == {"Google": 1.0, "NFT": 2.0}


def test_a_clone_is_an_inactive_copy(log_in: Browsers, configuration: Any) -> None:
    browser = log_in("operations")
    form = browser.get(url(configuration, "clone")).context["form"]
    assert (form.initial["version"], form.initial["description"]) == ("2", "Copy of version 1")
    data = {**form.initial, "log_reason": "to change it"}
    assert "with 2 weights" in sentence(browser.post(url(configuration, "clone"), data))
    page = browser.post(url(configuration, "clone"), {**data, "confirm": "yes"})
    copy = WeightConfiguration.objects.get(version="2")
    assert page.headers["Location"] == f"{LIST}{copy.pk}/change/"
    assert weights_of(copy) == weights_of(configuration)
    assert not copy.active
    page = browser.post(url(configuration, "clone"), {**data, "confirm": "yes"})
    assert "already" in errors(page)["__all__"][0]


def test_it_is_compared_with_the_active_one_another_one_and_scorers(log_in: Browsers, configuration: Any) -> None:
    active = WeightConfigurationFactory(version="0", weights={"Google": 1.0, "NFT": 5.0}, threshold=20, active=True)
    other = WeightConfigurationFactory(version="2", weights={}, threshold=7)
    scorer = BinaryScorerFactory(weights={"Google": "1", "NFT": "2"}, threshold=10)
    BinaryScorerFactory(weights={}, exclude_from_weight_updates=True)
    browser = log_in("support")
    context = browser.get(url(configuration, "compare")).context
    assert context["changes"].title == "From version 0 to version 1"
    assert [list(row) for row in context["changes"].rows] == [["NFT", "5", "2", "lowered"]]
    assert [row[-1] for row in context["scorers"].rows] == [
        "set the threshold to 20.00000",
        "change nothing: they keep their own",
    ]
    assert [table.identity for table in context["details"]] == [f"scorer-{scorer.pk}-changes"]

    context = browser.get(url(configuration, "compare"), {"other": other.pk}).context
    assert [row[0] for row in context["changes"].rows] == ["Threshold", "Google", "NFT"]
    page = browser.get(url(active, "compare"))
    assert "no difference" in page.content.decode()


def test_its_form_changes_names_only(log_in: Browsers, configuration: Any) -> None:
    data = {"version": "one", "description": "x", "threshold": "7", "active": "on", "log_reason": "a name"}
    management = {"weights-TOTAL_FORMS": 0, "weights-INITIAL_FORMS": 0}
    page = log_in("operations").post(url(configuration, "change"), {**data, **management})
    assert page.status_code == 302
    configuration.refresh_from_db()
    assert (configuration.version, configuration.threshold, configuration.active) == ("one", 20.0, False)


def test_a_download_can_be_uploaded_again(log_in: Browsers, configuration: Any) -> None:
    data = {"action": "download", "_selected_action": configuration.pk}
    answer: Any = log_in("support").post(LIST, data)
    assert b"".join(answer.streaming_content) == b"Google,1.0\nNFT,2.0\n"


def test_the_active_one_is_not_deleted(log_in: Browsers, configuration: Any) -> None:
    active = WeightConfigurationFactory(active=True)
    browser = log_in("operations")
    data = {"post": "yes", "log_reason": "old"}
    assert browser.post(url(active, "delete"), data).status_code == 403
    assert browser.post(url(configuration, "delete"), data).status_code == 302
    assert list(WeightConfiguration.objects.all()) == [active]


@pytest.mark.parametrize("page", ["weights", "clone", "activate", "compare"])
def test_what_does_not_exist_is_404(page: str, log_in: Browsers) -> None:
    assert log_in("operations").get(f"{LIST}7/{page}/").status_code == 404


@pytest.mark.parametrize("page", ["weights", "clone", "activate"])
def test_support_changes_nothing(page: str, log_in: Browsers, configuration: Any) -> None:
    browser = log_in("support")
    assert browser.post(url(configuration, page), {"log_reason": "x", "confirm": "yes"}).status_code == 403
    buttons = browser.get(url(configuration, "change")).content.decode()
    assert "Compare" in buttons
    assert "Activate" not in buttons
