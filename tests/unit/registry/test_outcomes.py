"""The second round trip of a score: an outcome is written as it is, and nothing that did not change (D19)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from apps.account.managers import AnalyticsEntry
from apps.registry.managers.communities import BY_ID
from apps.registry.managers.transactions import ScoringTransaction
from apps.registry.models import Event, HumanPoints, Passport, Score, Stamp
from apps.registry.scoring.records import (
    Deduplication,
    HashLink,
    HumanPoint,
    Outcome,
    PointsAward,
    ValidStamp,
)
from apps.registry.scoring.records import Score as ComputedScore
from scorer_v2.primitives.errors import Conflict, DatabaseUnavailable
from tests.endpoints.disturbing import elsewhere
from tests.endpoints.left_behind import calls, events, links, points, qualified, versions
from tests.factories.account import ApiKeyFactory, CommunityFactory
from tests.factories.ceramic_cache import StoredStampFactory
from tests.factories.registry import HashLinkFactory, HumanPointsFactory, QualifiedUserFactory, ScoreFactory

pytestmark = pytest.mark.usefixtures("committed_rows")

ALICE, BOB = "0x" + "a" * 40, "0x" + "b" * 40
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PAST, FUTURE, EXPIRY = NOW - timedelta(days=1), NOW + timedelta(days=1), datetime(2099, 1, 1, tzinfo=UTC)

COMPUTED = ComputedScore(
    passing=True,
    evidence={"type": "ThresholdScoreCheck", "success": True, "rawScore": "1.10", "threshold": "1.00000"},
    stamp_scores={"Google": 1.1},
    stamps={"Google": {"score": "1.10000", "dedup": False, "expiration_date": "2099-01-01T00:00:00+00:00"}},
    expires_at=EXPIRY,
    computed_at=NOW,
)


def outcome(
    *,
    kept: tuple[Any, ...] = (),
    claims: tuple[HashLink, ...] = (),
    backfills: tuple[HashLink, ...] = (),
    score: ComputedScore = COMPUTED,
    dedup_events: tuple[Any, ...] = (),
    award: PointsAward = PointsAward(),  # noqa: B008 - frozen
) -> Outcome:
    """`kept` are rows of stored stamps."""
    stamps = tuple(ValidStamp(row.pk, row.provider, row.provider, EXPIRY, "", ()) for row in kept)
    parted = Deduplication(kept=stamps, deduplicated=(), claims=claims, backfills=backfills)
    return Outcome(parted, score, dedup_events, {"score": "1", "evidence": {"a": "\u00e9"}}, award)


def save(community: Any, found: Outcome, *, analytics: AnalyticsEntry | None = None) -> None:
    with ScoringTransaction(address=ALICE, now=NOW, points_wanted=False) as scoring:
        scoring.open(lookup=BY_ID, scorer_id=community.pk)
        scoring.save(outcome=found, error=None, analytics=analytics)


def save_error(community: Any, error: str) -> None:
    with ScoringTransaction(address=ALICE, now=NOW, points_wanted=False) as scoring:
        scoring.open(lookup=BY_ID, scorer_id=community.pk)
        scoring.save(outcome=None, error=error)


def stored_stamps() -> list[tuple[str, Any]]:
    return list(Stamp.objects.order_by("id").values_list("provider", "credential"))


def test_a_score_is_written_with_its_event() -> None:
    community = CommunityFactory()
    save(community, outcome())
    row = Score.objects.get()
    assert (row.score, row.status, row.error) == (Decimal(1), "DONE", None)
    assert (row.last_score_timestamp, row.expiration_date) == (NOW, EXPIRY)
    assert (row.evidence, row.stamp_scores, row.stamps) == (COMPUTED.evidence, COMPUTED.stamp_scores, COMPUTED.stamps)
    event = Event.objects.get()
    assert (event.action, event.address, event.community_id, event.created_at) == ("SCU", ALICE, community.pk, NOW)
    fields = {"score": "1", "evidence": {"a": "\u00e9"}, "passport": row.passport_id}
    assert event.data == {"model": "registry.score", "pk": row.pk, "fields": fields}


def test_a_score_that_fails_and_never_expires() -> None:
    save(CommunityFactory(), outcome(score=replace(COMPUTED, passing=False, expires_at=None)))
    row = Score.objects.get()
    assert (row.score, row.expiration_date) == (0, None)


def test_an_earlier_score_keeps_its_id() -> None:
    old = ScoreFactory(failed=True, passport__address=ALICE)
    save(old.passport.community, outcome())
    row = Score.objects.get()
    assert (row.pk, row.passport_id, row.status, row.error) == (old.pk, old.passport_id, "DONE", None)


def test_deduplication_events_come_before_the_score_update() -> None:
    found = ({"provider": "A", "nullifiers": ["\u00e9"]}, {"provider": "B", "nullifiers": []})
    save(CommunityFactory(), outcome(dedup_events=found))
    assert list(Event.objects.order_by("id").values_list("action", flat=True)) == ["LDP", "LDP", "SCU"]
    assert events("LDP") == list(found)


def test_kept_stamps_are_written_in_their_order() -> None:
    rows = [StoredStampFactory(address=ALICE, provider=name) for name in ("A", "B", "C")]
    save(CommunityFactory(), outcome(kept=(rows[2], rows[0])))
    assert stored_stamps() == [("C", rows[2].stamp), ("A", rows[0].stamp)]


@pytest.mark.parametrize(
    ("before", "after", "unchanged"),
    [("AB", "AB", 2), ("AB", "A", 1), ("AB", "ABC", 2), ("ABC", "AC", 1), ("AB", "BA", 0), ("AB", "", 0), ("", "A", 0)],
)
def test_stamp_rows_stay_as_long_as_they_agree(before: str, after: str, unchanged: int) -> None:
    community = CommunityFactory()
    rows = {name: StoredStampFactory(address=ALICE, provider=name) for name in "ABC"}
    save(community, outcome(kept=tuple(rows[name] for name in before)))
    versions_before = versions("registry_stamp")
    save(community, outcome(kept=tuple(rows[name] for name in after)))
    assert stored_stamps() == [(name, rows[name].stamp) for name in after]
    assert len(set(versions_before) & set(versions("registry_stamp"))) == unchanged


def test_a_new_credential_of_the_same_provider_is_a_change() -> None:
    community = CommunityFactory()
    old = StoredStampFactory(address=ALICE, provider="A")
    new = StoredStampFactory(address=ALICE, provider="A", type=2)
    save(community, outcome(kept=(old,)))
    save(community, outcome(kept=(new,)))
    assert stored_stamps() == [("A", new.stamp)]


def test_links_are_claimed_taken_over_renewed_and_copied() -> None:
    community = CommunityFactory()
    for name, owner, ends in (("mine", ALICE, PAST), ("forfeited", BOB, PAST), ("ended now", BOB, NOW)):
        HashLinkFactory(hash=name, address=owner, expires_at=ends, community=community)
    claims = tuple(HashLink(name, ALICE, EXPIRY) for name in ("ended now", "forfeited", "mine", "new"))
    save(community, outcome(claims=claims, backfills=(HashLink("copied", BOB, FUTURE),)))
    assert links() == {
        **dict.fromkeys(("ended now", "forfeited", "mine", "new"), (ALICE, EXPIRY)),
        "copied": (BOB, FUTURE),
    }


def test_a_claim_of_what_is_anothers_is_a_conflict_and_nothing_is_written() -> None:
    community = CommunityFactory()
    HashLinkFactory(hash="b", address=BOB, expires_at=FUTURE, community=community)
    claims = (HashLink("a", ALICE, EXPIRY), HashLink("b", ALICE, EXPIRY))
    with pytest.raises(Conflict):
        save(community, outcome(claims=claims))
    assert links() == {"b": (BOB, FUTURE)}
    assert [model.objects.count() for model in (Score, Event, Passport)] == [0, 0, 0]


@pytest.mark.parametrize(("owner", "ends"), [(ALICE, PAST), (BOB, FUTURE), ("0xc", PAST)])
def test_a_copy_never_replaces_a_link_that_is_there(owner: str, ends: datetime) -> None:
    community = CommunityFactory()
    HashLinkFactory(hash="a", address=owner, expires_at=ends, community=community)
    save(community, outcome(backfills=(HashLink("a", BOB, EXPIRY),)))
    assert links() == {"a": (owner, ends)}


def test_links_of_another_community_stay() -> None:
    other = HashLinkFactory(hash="a", address=BOB, expires_at=FUTURE)
    save(CommunityFactory(), outcome(claims=(HashLink("a", ALICE, EXPIRY),)))
    other.refresh_from_db()
    assert (other.address, other.expires_at) == (BOB, FUTURE)


def test_points_are_awarded_and_those_that_exist_stay() -> None:
    community = CommunityFactory()
    HumanPointsFactory(address=ALICE, action="SCB", timestamp=PAST)
    QualifiedUserFactory(address=ALICE, community=community)
    rows = (HumanPoint("SCB"), HumanPoint("HKY", "Google", "v0:a"), HumanPoint("HKY", "Google", "v0:b"))
    save(community, outcome(award=PointsAward(qualifies=True, rows=rows)))
    assert points() == [("HKY", "Google", "v0:a"), ("HKY", "Google", "v0:b"), ("SCB", "", "")]
    assert qualified() == [(ALICE, community.pk)]
    assert HumanPoints.objects.get(action="SCB").timestamp == PAST
    assert set(HumanPoints.objects.filter(action="HKY").values_list("timestamp", "chain_id")) == {(NOW, 0)}


def test_an_address_may_qualify_without_points_and_the_other_way_round() -> None:
    first, second = CommunityFactory(), CommunityFactory()
    save(first, outcome(award=PointsAward(qualifies=True)))
    save(second, outcome(award=PointsAward(rows=(HumanPoint("SOG"),))))
    assert (qualified(), points()) == ([(ALICE, first.pk)], [("SOG", "", "")])


def test_an_error_empties_the_score_and_writes_nothing_else() -> None:
    old = ScoreFactory(passport__address=ALICE)
    save_error(old.passport.community, "what is wrong")
    row = Score.objects.get()
    assert (row.pk, row.status, row.error) == (old.pk, "ERROR", "what is wrong")
    empty = (row.score, row.last_score_timestamp, row.expiration_date, row.evidence, row.stamp_scores, row.stamps)
    assert empty == (None,) * 6
    assert not Event.objects.exists()


def test_an_error_without_an_earlier_score_makes_one() -> None:
    save_error(CommunityFactory(), "what is wrong")
    assert Score.objects.get().passport.address == ALICE


def entry(key: Any, **changes: Any) -> AnalyticsEntry:
    return replace(AnalyticsEntry(key.id, NOW, "/v2", {}, {}, 200), **changes)


def test_a_request_is_recorded_after_the_commit() -> None:
    save(CommunityFactory(), outcome(), analytics=entry(ApiKeyFactory(), response='{"a": 1}'))
    (call,) = calls()
    assert (call["status_code"], call["response"], call["path_segments"]) == (200, '{"a": 1}', ["v2"])
    assert Score.objects.exists()


def test_a_request_that_cannot_be_recorded_costs_no_score() -> None:
    save(CommunityFactory(), outcome(), analytics=entry(ApiKeyFactory(), status_code=2**40))
    assert calls() == []
    assert Score.objects.exists()


def test_a_request_is_not_recorded_when_the_saving_fails() -> None:
    community = CommunityFactory()
    HashLinkFactory(hash="a", address=BOB, expires_at=FUTURE, community=community)
    with pytest.raises(Conflict):
        save(community, outcome(claims=(HashLink("a", ALICE, EXPIRY),)), analytics=entry(ApiKeyFactory()))
    assert calls() == []


def test_what_no_column_can_hold_is_a_failure_and_nothing_is_written() -> None:
    with pytest.raises(DatabaseUnavailable):
        save(CommunityFactory(), outcome(claims=(HashLink("x" * 101, ALICE, EXPIRY),)))
    assert not Passport.objects.exists()


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize("known", [True, False])
def test_what_is_abandoned_leaves_nothing_but_its_record(recorded: bool, known: bool) -> None:
    community, key = CommunityFactory(), ApiKeyFactory()
    if known:
        Passport.objects.create(address=ALICE, community=community)
    with ScoringTransaction(address=ALICE, now=NOW, points_wanted=False) as scoring:
        scoring.open(lookup=BY_ID, scorer_id=community.pk)
        scoring.abandon(entry(key, status_code=404) if recorded else None)
    assert [call["status_code"] for call in calls()] == ([404] if recorded else [])
    assert Passport.objects.exists() is known


def test_metamask_awards_are_counted_by_one_request_at_a_time_and_not_beyond_the_cap() -> None:
    HumanPoints.objects.bulk_create(HumanPoints(address=f"0x{number}", action="MM2") for number in range(5003))
    HumanPointsFactory(address=ALICE, action="SOG")
    community = CommunityFactory()

    def try_to_lock() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('registry.metamask_award', 0))")
            return bool(cursor.fetchone()[0])

    with ScoringTransaction(address=ALICE, now=NOW, points_wanted=False) as scoring:
        scoring.open(lookup=BY_ID, scorer_id=community.pk)
        assert scoring.count_metamask_awards() == 5000
        assert not elsewhere(try_to_lock)()
    assert elsewhere(try_to_lock)()
