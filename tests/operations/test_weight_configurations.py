"""Weight configurations: made, copied, activated, and compared with what scorers have."""

from typing import Any

import pytest

from apps.registry.models import StampMetadata, WeightConfiguration, WeightConfigurationItem
from apps.scorer_weighted.configurations.csv_file import WeightEntry
from apps.scorer_weighted.configurations.services import (
    ChangedMeanwhile,
    EmptyConfiguration,
    VersionTaken,
    activate_configuration,
    change_configuration,
    changes_for_scorers,
    clone_configuration,
    create_configuration,
    find_active_configuration,
    find_configuration,
    next_version,
)
from scorer_v2.primitives.errors import NotFound
from tests.factories.registry import WeightConfigurationFactory
from tests.factories.scorer_weighted import BinaryScorerFactory, WeightedScorerFactory

pytestmark = pytest.mark.django_db

ENTRIES = [WeightEntry("Google", 1.25), WeightEntry("Github", 0.5)]


def weights_of(configuration_id: int) -> dict[str, Any]:
    rows = WeightConfigurationItem.objects.filter(weight_configuration_id=configuration_id)
    return dict(rows.values_list("provider", "weight"))


def active_versions() -> list[str]:
    return list(WeightConfiguration.objects.filter(active=True).values_list("version", flat=True))


def test_a_new_one_is_inactive_and_gets_the_next_number() -> None:
    for version in ("2", "10", "demo", "007"):
        WeightConfigurationFactory(version=version)
    assert next_version() == "11"
    made = WeightConfiguration.objects.get(pk=create_configuration(entries=ENTRIES, threshold=20.5, description="why"))
    assert (made.version, made.threshold, made.active, made.description) == ("11", 20.5, False, "why")
    assert weights_of(made.pk) == {"Google": 1.25, "Github": 0.5}


def test_its_weights_point_at_what_is_known_of_their_providers() -> None:
    metadata = StampMetadata.objects.create(provider="Github", is_beta=True)
    create_configuration(entries=ENTRIES, threshold=20)
    known = WeightConfigurationItem.objects.exclude(stamp_metadata=None)
    assert list(known.values_list("provider", "stamp_metadata")) == [("Github", metadata.pk)]


def test_a_version_is_given_once() -> None:
    WeightConfigurationFactory(version="spring")
    with pytest.raises(VersionTaken):
        create_configuration(entries=ENTRIES, threshold=20, version="spring")
    with pytest.raises(VersionTaken):
        clone_configuration(configuration_id=WeightConfiguration.objects.get().pk, version="spring")
    assert WeightConfiguration.objects.count() == 1


def test_it_gets_other_weights_and_no_others_stay() -> None:
    metadata = StampMetadata.objects.create(provider="Google")
    made = WeightConfigurationFactory(weights={"Google": 1.0, "NFT": 2.0, "Github": 0.5})
    WeightConfigurationItem.objects.filter(provider="Google").update(stamp_metadata=metadata)
    entries = [WeightEntry("Google", 3.0), WeightEntry("Github", 0.5), WeightEntry("Discord", 1.0)]
    change_configuration(configuration_id=made.pk, entries=entries, threshold=7.0, updated_at=made.updated_at)
    assert weights_of(made.pk) == {"Google": 3.0, "Github": 0.5, "Discord": 1.0}
    assert WeightConfigurationItem.objects.get(provider="Google").stamp_metadata == metadata
    changed = WeightConfiguration.objects.get()
    assert changed.threshold == 7.0
    assert changed.updated_at > made.updated_at


def test_what_somebody_else_changed_meanwhile_is_left_alone() -> None:
    made = WeightConfigurationFactory(weights={"Google": 1.0})
    based_on = {"configuration_id": made.pk, "threshold": 7.0, "updated_at": made.updated_at}
    change_configuration(entries=[WeightEntry("Google", 3.0)], **based_on)
    with pytest.raises(ChangedMeanwhile):
        change_configuration(entries=[WeightEntry("Google", 5.0)], **based_on)
    assert weights_of(made.pk) == {"Google": 3.0}


def test_a_copy_has_the_same_weights_and_is_inactive() -> None:
    original = WeightConfigurationFactory(version="1", weights={"Google": 1.25}, threshold=7.5, active=True)
    copy = WeightConfiguration.objects.get(pk=clone_configuration(configuration_id=original.pk, description="a copy"))
    assert (copy.version, copy.threshold, copy.active, copy.description) == ("2", 7.5, False, "a copy")
    assert weights_of(copy.pk) == {"Google": 1.25}
    assert active_versions() == ["1"]


def test_one_is_active_at_a_time() -> None:
    WeightConfigurationFactory(version="1", active=True)
    second = WeightConfigurationFactory(version="2", weights={"Google": 1.0})
    assert activate_configuration(configuration_id=second.pk)
    assert active_versions() == ["2"]
    assert not activate_configuration(configuration_id=second.pk)
    assert active_versions() == ["2"]


def test_one_without_weights_is_not_activated() -> None:
    WeightConfigurationFactory(version="1", active=True)
    with pytest.raises(EmptyConfiguration):
        activate_configuration(configuration_id=WeightConfigurationFactory(version="2").pk)
    assert active_versions() == ["1"]


def test_what_does_not_exist_is_not_found() -> None:
    for service in (activate_configuration, clone_configuration, find_configuration):
        with pytest.raises(NotFound):
            service(configuration_id=7)
    assert find_active_configuration() is None


def test_it_is_found_together_with_the_active_one() -> None:
    active = WeightConfigurationFactory(version="1", weights={"Google": 1.25}, active=True)
    other = WeightConfigurationFactory(version="2", weights={})
    found, now_active = find_configuration(configuration_id=other.pk)
    assert (found.version, found.weights) == ("2", {})
    assert now_active is not None
    assert (now_active.id, now_active.weights) == (active.pk, {"Google": 1.25})
    assert find_active_configuration() == now_active


def test_scorers_that_weigh_alike_are_told_together() -> None:
    alike = [BinaryScorerFactory(weights={"Google": "1"}, threshold=20).pk for _ in range(3)]
    BinaryScorerFactory(weights={"Google": 2}, threshold=10)
    WeightedScorerFactory(weights={"Google": 2}, threshold=10)
    BinaryScorerFactory(weights={"Google": "1"}, threshold=20, exclude_from_weight_updates=True)
    told = changes_for_scorers(weights={"Google": 2.0}, threshold=20.0)
    assert [(one.scorers.type, one.scorers.excluded, one.scorers.count, bool(one.change)) for one in told] == [
        ("WEIGHTED_BINARY", False, 3, True),
        ("WEIGHTED_BINARY", False, 1, True),
        ("WEIGHTED", False, 1, False),
        ("WEIGHTED_BINARY", True, 1, False),
    ]
    assert told[0].scorers.scorer_ids == alike
    assert [(change.before, change.after) for change in told[0].change.weights] == [("1", "2")]
    assert told[0].change.threshold is None
    assert told[1].change.threshold == ("10.00000", "20.00000")
