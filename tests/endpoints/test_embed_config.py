"""GET /internal/embed/config (behaviour 4.8)."""

from typing import Any

import pytest

from apps.account.models.embed_sections import EmbedSectionHeader, EmbedSectionOrder, EmbedStampPlatform
from apps.registry.models import PlatformMetadata
from apps.scorer_weighted import embed_config
from scorer_v2.primitives.errors import DatabaseUnavailable
from tests.endpoints.internal import get
from tests.factories.account import CommunityFactory, CustomizationFactory

PATH = "/internal/embed/config"
with_rows = pytest.mark.usefixtures("rows")


def config_of(community_id: object) -> Any:
    return get(f"{PATH}?community_id={community_id}", token="")


@with_rows
def test_it_answers_weights_and_sections_in_their_order() -> None:
    customization = CustomizationFactory(scorer=CommunityFactory(weights={"Google": "1.5"}))
    titles = {name: EmbedSectionHeader.objects.create(name=name) for name in ("Later", "First", "Unplaced")}
    for name, order in (("Later", 2), ("First", -3)):
        EmbedSectionOrder.objects.create(customization=customization, section=titles[name], order=order)
    for platform_id, name, order in (("B", "Later", 5), ("A", "Later", 5), ("C", "Later", 1), ("D", "Unplaced", 0)):
        platform = PlatformMetadata.objects.create(platform_id=platform_id, name=platform_id)
        EmbedStampPlatform.objects.create(
            customization=customization, section=titles[name], platform=platform, order=order
        )
    assert config_of(customization.scorer_id).content == (
        b'{"weights":{"Google":1.5},"stamp_sections":[{"title":"First","order":-3,"items":[]},'
        b'{"title":"Later","order":2,"items":[{"platform_id" : "C", "order" : 1}, {"platform_id" : "B", "order" : 5}, '
        b'{"platform_id" : "A", "order" : 5}]}]}'
    )


@with_rows
def test_a_community_without_a_customization_has_no_sections() -> None:
    community = CommunityFactory(weights={"Google": "1.5"})
    assert config_of(community.pk).json() == {"weights": {"Google": 1.5}, "stamp_sections": []}


@with_rows
@pytest.mark.parametrize("sqlstate", ["42P01", "57014", None])
def test_sections_that_cannot_be_read_are_none(monkeypatch: pytest.MonkeyPatch, sqlstate: str | None) -> None:
    def fail(*args: object) -> None:
        raise DatabaseUnavailable(sqlstate)

    monkeypatch.setattr(embed_config, "fetch", fail)
    community = CommunityFactory(weights={"Google": "1.5"})
    assert config_of(community.pk).json() == {"weights": {"Google": 1.5}, "stamp_sections": []}


@with_rows
@pytest.mark.parametrize("community_id", ["987654321", "abc", "-1"])
def test_an_unknown_community_is_404(community_id: str) -> None:
    assert config_of(community_id).status_code == 404


def test_the_community_must_be_named() -> None:
    answer = get(PATH, token="")
    assert answer.status_code == 422
    assert (answer.json()["detail"][0]["type"], answer.json()["detail"][0]["loc"]) == (
        "missing",
        ["query", "community_id"],
    )
