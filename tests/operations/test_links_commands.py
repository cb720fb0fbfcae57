"""manage.py backfill_hash_links and export_deduplication."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from apps.registry.models import HashScorerLink
from tests.endpoints.left_behind import links
from tests.endpoints.scoring_world import ALICE, BOB, CAROL, EXPIRY, FUTURE, PAST, issue
from tests.factories.account import CommunityFactory
from tests.factories.registry import EventFactory, HashLinkFactory, PassportFactory, ScoreFactory, StampFactory
from tests.operations.commands import run, run_json

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _all_nullifiers_count(settings: Settings) -> None:
    settings.FF_MULTI_NULLIFIER = "on"


def kept(community: Any, *nullifiers: str, by: str = ALICE, expires_at: datetime = EXPIRY, **subject: Any) -> Any:
    passport = PassportFactory(address=by, community=community)
    return StampFactory(passport=passport, credential=issue("Google", *nullifiers, to=by, expires_at=expires_at))


def test_missing_links_become_the_addresses_own() -> None:
    kept(CommunityFactory(), "v0:a", "v1:a")
    status, printed = run_json("backfill_hash_links")
    assert (status, printed["stamps"], printed["links"]) == (0, 1, 2)
    assert links() == {"v0:a": (ALICE, EXPIRY), "v1:a": (ALICE, EXPIRY)}


def test_links_that_exist_stay_as_they_are() -> None:
    community = CommunityFactory()
    kept(community, "v0:a", "v1:a", "v2:a")
    HashLinkFactory(hash="v0:a", address=ALICE, community=community, expires_at=PAST)
    HashLinkFactory(hash="v1:a", address=BOB, community=community, expires_at=PAST)
    run("backfill_hash_links")
    assert links() == {"v0:a": (ALICE, PAST), "v1:a": (BOB, PAST), "v2:a": (ALICE, EXPIRY)}


def test_a_missing_link_follows_one_that_somebody_else_owns() -> None:
    community = CommunityFactory()
    kept(community, "v0:a", "v1:a")
    HashLinkFactory(hash="v0:a", address=BOB, community=community, expires_at=FUTURE)
    run("backfill_hash_links")
    assert links()["v1:a"] == (BOB, FUTURE)


def test_of_two_stamps_the_earlier_row_gets_the_nullifier() -> None:
    community = CommunityFactory()
    kept(community, "v0:a")
    kept(community, "v0:a", "v1:a", by=BOB)
    run("backfill_hash_links")
    assert links() == {"v0:a": (ALICE, EXPIRY), "v1:a": (ALICE, EXPIRY)}


def test_expired_and_malformed_stamps_get_no_links() -> None:
    kept(CommunityFactory(), "v0:a", expires_at=PAST)
    for credential in ({}, {"expirationDate": "2099-01-01T00:00:00Z", "credentialSubject": "none"}):
        StampFactory(passport=PassportFactory(), credential=credential)
    assert run_json("backfill_hash_links")[1]["links"] == 0


def test_only_nullifiers_that_count_get_links(settings: Settings) -> None:
    settings.FF_MULTI_NULLIFIER = "off"
    kept(CommunityFactory(), "v0:a", "v1:a")
    run("backfill_hash_links")
    assert set(links()) == {"v0:a"}


def test_it_goes_on_after_an_id_and_runs_again_without_harm() -> None:
    community = CommunityFactory()
    first, _ = kept(community, "v0:a"), kept(community, "v0:b", by=BOB)
    assert run_json("backfill_hash_links", "--last-id", first.pk, "--batch-size", 1)[1]["links"] == 1
    assert run_json("backfill_hash_links", "--batch-size", 1)[1]["links"] == 1
    assert run_json("backfill_hash_links")[1] == {"dry_run": False, "stamps": 2, "links": 0, "last_id": first.pk + 1}


def test_only_passports_that_were_scored_since_a_time_are_looked_at() -> None:
    community = CommunityFactory()
    for number, holder in enumerate((ALICE, BOB)):
        stamp = kept(community, f"v0:{number}", by=holder)
        ScoreFactory(passport=stamp.passport, last_score_timestamp=datetime(2025 + number, 1, 1, tzinfo=UTC))
    assert run_json("backfill_hash_links", "--iso-timestamp", "2025-06-01")[1]["links"] == 1
    assert set(links()) == {"v0:1"}


def test_a_dry_run_counts_and_writes_nothing() -> None:
    kept(CommunityFactory(), "v0:a")
    assert run_json("backfill_hash_links", "--dry-run")[1]["links"] == 1
    assert not HashScorerLink.objects.exists()


def lost(community: Any, who: str, provider: str, *nullifiers: str, at: datetime = PAST) -> None:
    data = {"provider": provider, "nullifiers": list(nullifiers), "community_id": community.pk}
    EventFactory(address=who, community=community, created_at=at, data=data)


def test_the_export_has_the_latest_deduplication_of_each_provider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.registry.deduplication_export.ADDRESSES_AT_ONCE", 1)
    community = CommunityFactory()
    HashLinkFactory(hash="v0:a", address=CAROL, community=community, expires_at=FUTURE)
    lost(community, ALICE, "Google", "v0:old")
    lost(community, ALICE, "Google", "v0:a", "v1:a", at=FUTURE)
    lost(community, BOB, "Github", "v0:a")
    lost(CommunityFactory(), BOB, "Google", "v0:a")
    EventFactory(address=BOB, community=community, action="SCU", data={})
    file = tmp_path / "export.csv"

    status, printed = run_json("export_deduplication", "--community-id", community.pk, "--output-file", file)

    assert (status, printed["addresses"], printed["rows"]) == (0, 2, 3)
    assert file.read_text().splitlines() == [
        "address,provider,deduplicated_at,nullifier,owner,owner_until",
        f"{ALICE},Google,2031-01-01T00:00:00+00:00,v0:a,{CAROL},2031-01-01T00:00:00+00:00",
        f"{ALICE},Google,2031-01-01T00:00:00+00:00,v1:a,,",
        f"{BOB},Github,2020-01-01T00:00:00+00:00,v0:a,{CAROL},2031-01-01T00:00:00+00:00",
    ]
    assert list(tmp_path.iterdir()) == [file]


def test_an_export_that_fails_leaves_the_earlier_file(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text("earlier")
    assert run("export_deduplication", "--community-id", 7, "--output-file", file) == (1, "There is no such scorer.")
    assert file.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_written_ends_with_2(tmp_path: Path) -> None:
    community = CommunityFactory()
    missing = tmp_path / "no" / "export.csv"
    assert run("export_deduplication", "--community-id", community.pk, "--output-file", missing)[0] == 2
