"""GET /internal/embed/weights (contract, section 4.8)."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from pytest_django import Settings

from apps.scorer_weighted.services import parse_weights
from tests.endpoints.internal import get
from tests.factories.account import AllowListFactory, CommunityFactory
from tests.factories.scorer_weighted import BinaryScorerFactory, WeightedScorerFactory

PATH = "/internal/embed/weights"
NO_COMMUNITY = {"detail": "No Community matches the given query."}

with_rows = pytest.mark.usefixtures("rows")


def weights_of(community_id: object) -> Any:
    return get(f"{PATH}?community_id={community_id}", token="")


def unusable(setting: object) -> dict[str, str]:
    return {"detail": f"Unable to retrieve configured scorer! settings.CERAMIC_CACHE_SCORER_ID={setting}"}


@with_rows
@pytest.mark.parametrize("scorer_factory", [BinaryScorerFactory, WeightedScorerFactory])
def test_it_answers_the_weights_as_floats_in_stored_order(scorer_factory: Any) -> None:
    scorer = scorer_factory(weights={"Longer": "0.6", "A": "16", "Mid": 2, "Abc": 0.1})
    answer = weights_of(CommunityFactory(scorer=scorer).pk)
    assert answer.status_code == 200
    assert answer.content == b'{"A":16.0,"Abc":0.1,"Mid":2.0,"Longer":0.6}'


@with_rows
@pytest.mark.parametrize("query", ["", "?community_id="])
def test_without_a_community_it_answers_the_configured_one(settings: Settings, query: str) -> None:
    settings.CERAMIC_CACHE_SCORER_ID = CommunityFactory(weights={"Google": 1}).pk
    assert get(PATH + query, token="").json() == {"Google": 1.0}


@with_rows
def test_it_leaves_out_the_weights_of_the_customization() -> None:
    community = CommunityFactory(weights={"Google": 1.5})
    AllowListFactory(customization__scorer=community)
    assert weights_of(community.pk).json() == {"Google": 1.5}


@with_rows
def test_it_finds_a_community_by_id_only() -> None:
    CommunityFactory(external_scorer_id="777777")
    assert weights_of(777777).status_code == 404


@with_rows
def test_an_unknown_community_is_404() -> None:
    answer = weights_of(987654)
    assert (answer.status_code, answer.json()) == (404, NO_COMMUNITY)


@pytest.mark.parametrize(
    "malformed",
    ["abc", "1.5", "%20", "1%00", "1_0", "%D9%A1", "99999999999999999999", "-99999999999999999999", "9" * 5000],
)
def test_a_malformed_community_is_404_without_a_statement(malformed: str) -> None:
    answer = weights_of(malformed)
    assert (answer.status_code, answer.json()) == (404, NO_COMMUNITY)


@with_rows
def test_a_missing_configured_community_is_500(settings: Settings) -> None:
    settings.CERAMIC_CACHE_SCORER_ID = 987654
    answer = get(PATH, token="")
    assert (answer.status_code, answer.json()) == (500, unusable(987654))


def test_no_configured_community_is_500(settings: Settings) -> None:
    settings.CERAMIC_CACHE_SCORER_ID = None
    answer = get(PATH, token="")
    assert (answer.status_code, answer.json()) == (500, unusable(None))


@with_rows
@pytest.mark.parametrize("weights", [None, [], {"A": None}, {"A": "much"}, {"A": True}, {"A": "NaN"}, {"A": "1e999"}])
def test_weights_that_are_no_numbers_are_500(settings: Settings, weights: Any) -> None:
    answer = weights_of(CommunityFactory(weights=weights).pk)
    assert (answer.status_code, answer.json()) == (500, unusable(settings.CERAMIC_CACHE_SCORER_ID))


@with_rows
def test_a_scorer_of_an_unknown_type_is_500() -> None:
    assert weights_of(CommunityFactory(scorer=BinaryScorerFactory(type="OTHER")).pk).status_code == 500


@with_rows
def test_it_takes_one_round_trip_and_none_for_the_next_minute(round_trips: list[list[str]]) -> None:
    community = CommunityFactory(weights={"Google": "1.25"})
    first, second = weights_of(community.pk), weights_of(community.pk)
    assert round_trips == [["scorer_weighted.weights_of"]]
    assert first.content == second.content


@with_rows
def test_it_caches_the_json_text_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Any] = []
    monkeypatch.setattr(LocMemCache, "set", lambda _, *arguments: kept.extend(arguments))
    community = CommunityFactory(weights={"Google": "1.25"})
    weights_of(community.pk)
    name, text, seconds = kept
    assert (name, json.loads(text), seconds) == (
        f"ceramic_cache_scorer_weights_{community.pk}",
        {"Google": 1.25},
        60,
    )


def test_it_answers_from_the_cache_without_a_statement(settings: Settings) -> None:
    settings.CERAMIC_CACHE_SCORER_ID = 7
    cache.set("ceramic_cache_scorer_weights_7", '{"Google": "0.5", "Github": 2}', 60)
    assert get(PATH, token="").content == weights_of(7).content == b'{"Google":0.5,"Github":2.0}'


@with_rows
@pytest.mark.parametrize("value", ["no JSON", "[1]", '{"Google": null}', "", 5, {"Google": 9}])
def test_it_ignores_a_cached_value_that_does_not_parse(value: Any) -> None:
    community = CommunityFactory(weights={"Google": 1})
    cache.set(f"ceramic_cache_scorer_weights_{community.pk}", value, 60)
    assert weights_of(community.pk).json() == {"Google": 1.0}


@with_rows
def test_what_is_not_found_is_not_cached() -> None:
    weights_of(987654)
    assert cache.get("ceramic_cache_scorer_weights_987654") is None


@with_rows
def test_a_cache_that_is_down_is_no_matter(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    assert weights_of(CommunityFactory(weights={"Google": 1}).pk).json() == {"Google": 1.0}


@with_rows
def test_a_cache_that_goes_down_in_between_is_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(LocMemCache, "set", fail)
    assert weights_of(CommunityFactory(weights={"Google": 1}).pk).json() == {"Google": 1.0}


def test_a_database_that_is_down_is_503(database_down: None) -> None:
    answer = weights_of(7)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("{}", {}),
        ('{"A": 0.1, "B": "0.1", "C": -3}', {"A": 0.1, "B": 0.1, "C": -3.0}),
        ('{"A": 1' + "0" * 400 + "}", None),
        ('{"A": NaN}', None),
        ('{"A": [1]}', None),
        (None, None),
    ],
)
def test_weights_are_an_object_of_finite_numbers(text: str | None, weights: dict[str, float] | None) -> None:
    assert parse_weights(text) == weights
