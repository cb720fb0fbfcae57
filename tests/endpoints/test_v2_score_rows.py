"""What a scoring stores: passport, score, event and stamp rows (contract, sections 3.1, 3.6, 3.8, 3.9), seen through
GET /v2/stamps/{scorer_id}/score/{address}."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from apps.registry.models import Event, Passport, Score
from tests.endpoints.left_behind import events, kept_stamps, links, passports, score_row, versions
from tests.endpoints.scoring_world import (
    ALICE,
    BOB,
    EXPIRY,
    FUTURE,
    PAST,
    STRANGER,
    Partner,
    hold,
    issue,
    resigned,
    unsigned,
)
from tests.factories.account import AllowListFactory, CustomCredentialFactory, CustomizationFactory
from tests.factories.ceramic_cache import RevocationFactory
from tests.factories.registry import HashLinkFactory, PassportFactory, ScoreFactory, StampFactory

pytestmark = pytest.mark.usefixtures("scoring_world")

UNCHANGED = ("registry_passport", "registry_stamp", "registry_hashscorerlink")


def test_the_score_row_holds_what_was_computed(frozen: datetime) -> None:
    hold("Google", expires_at=FUTURE)
    hold("Github")
    Partner(weights={"Google": "1.25", "Github": 0.1}, threshold="1.35").score()
    assert score_row() == {
        "score": Decimal("1.000000000"),
        "status": "DONE",
        "error": None,
        "last_score_timestamp": frozen,
        "expiration_date": FUTURE,
        "evidence": {
            "type": "ThresholdScoreCheck",
            "success": True,
            "rawScore": "1.350000000000000005551115123",
            "threshold": "1.35000",
        },
        "stamp_scores": {"Google": 1.25, "Github": 0.1},
        "stamps": {
            "Google": {"score": "1.25000", "dedup": False, "expiration_date": "2031-01-01T00:00:00+00:00"},
            "Github": {"score": "0.10000", "dedup": False, "expiration_date": "2099-01-01T00:00:00+00:00"},
        },
    }


def test_an_address_without_stamps_has_a_score_that_does_not_expire() -> None:
    Partner().score()
    row = score_row()
    assert (row["score"], row["status"], row["expiration_date"]) == (0, "DONE", None)
    assert (row["evidence"]["rawScore"], row["stamps"], row["stamp_scores"]) == ("0", {}, {})


def test_an_event_tells_of_the_score(frozen: datetime) -> None:
    hold("Google", expires_at=datetime(2098, 5, 6, 7, 8, 9, 123000, tzinfo=UTC))
    partner = Partner(weights={"Google": 1}, threshold="2")
    partner.score()
    score, row = Score.objects.get(), score_row()
    assert events("SCU") == [
        {
            "model": "registry.score",
            "pk": score.pk,
            "fields": {
                "passport": score.passport_id,
                "score": "0",
                "last_score_timestamp": "2026-01-02T03:04:05.678Z",
                "status": "DONE",
                "error": None,
                "evidence": row["evidence"],
                "stamp_scores": {"Google": 1.0},
                "stamps": row["stamps"],
                "expiration_date": "2098-05-06T07:08:09.123Z",
            },
        }
    ]
    event = Event.objects.get()
    assert (event.address, event.community_id, event.created_at) == (ALICE, partner.community.pk, frozen)


def test_the_event_of_a_passing_score_that_never_expires() -> None:
    Partner(threshold="0").score()
    (event,) = events("SCU")
    assert (event["fields"]["score"], event["fields"]["expiration_date"]) == ("1", None)


def test_every_scoring_has_an_event() -> None:
    partner = Partner()
    partner.score()
    partner.score()
    assert len(events("SCU")) == 2
    assert len({event["pk"] for event in events("SCU")}) == 1


def test_a_new_passport_requires_no_calculation_and_one_that_is_there_stays() -> None:
    partner = Partner()
    PassportFactory(address=BOB, community=partner.community, requires_calculation=True)
    partner.score(ALICE)
    partner.score(BOB)
    here = partner.community.pk
    assert passports() == [(BOB, here, True), (ALICE, here, None)]


def test_an_earlier_score_is_replaced_with_all_its_columns() -> None:
    partner = Partner(weights={"Google": 1})
    old = ScoreFactory(failed=True, passport__address=ALICE, passport__community=partner.community)
    hold("Google")
    partner.score()
    row = score_row()
    assert (row["status"], row["error"], row["score"]) == ("DONE", None, 0)
    assert row["evidence"]["rawScore"] == "1"
    assert Score.objects.get().pk == old.pk


def test_the_kept_stamps_are_stored_in_order() -> None:
    later, first = hold("Google"), hold("Github")
    Partner().score()
    assert kept_stamps() == [("Google", later.stamp), ("Github", first.stamp)]


def test_stamps_that_are_gone_leave_the_passport_and_keep_their_links() -> None:
    partner = Partner()
    gone = hold("Google", "v0:g")
    stays = hold("Github", "v0:h")
    partner.score()
    gone.deleted_at = PAST
    gone.save()
    partner.score()
    assert kept_stamps() == [("Github", stays.stamp)]
    assert links().keys() == {"v0:g", "v0:h"}


def test_stamps_of_other_passports_stay() -> None:
    other = StampFactory(passport__address=BOB)
    Partner().score()
    assert kept_stamps() == [("Google", other.credential)]


def test_a_changed_stamp_replaces_its_row() -> None:
    partner = Partner()
    old, other = hold("Google", "v0:a"), hold("Github")
    partner.score()
    old.stamp = issue("Google", "v0:b")
    old.save()
    partner.score()
    assert sorted(provider for provider, _ in kept_stamps()) == ["Github", "Google"]
    assert dict(kept_stamps()) == {"Google": old.stamp, "Github": other.stamp}


def test_a_scoring_that_changes_nothing_writes_score_and_event_only() -> None:
    partner = Partner()
    for provider in ("Google", "Github", "Discord"):
        hold(provider)
    partner.score()
    before, scored = versions(*UNCHANGED), versions("registry_score")
    partner.score()
    assert len(before) == 7
    # A lock marks a row as well, but leaves it where it is.
    assert [(table, place) for table, _, place in versions(*UNCHANGED)] == [(t, place) for t, _, place in before]
    assert versions("registry_stamp", "registry_hashscorerlink") == [row for row in before if "passport" not in row[0]]
    assert versions("registry_score") != scored


def test_only_the_stamps_after_the_first_change_are_written_again() -> None:
    partner = Partner()
    hold("Google")
    last = hold("Github")
    partner.score()
    before = versions("registry_stamp")
    last.stamp = issue("Github", "v0:new")
    last.save()
    partner.score()
    assert versions("registry_stamp")[0] == before[0]
    assert versions("registry_stamp")[1:] != before[1:]


@pytest.mark.parametrize(
    "row", [{"deleted_at": PAST}, {"address": BOB}], ids=["soft-deleted", "stored for another address"]
)
def test_a_stamp_that_is_not_live_does_not_count(row: dict[str, Any]) -> None:
    hold("Google", **row)
    assert Partner().score().json()["stamps"] == {}


def test_a_revoked_stamp_does_not_count() -> None:
    RevocationFactory(ceramic_cache=hold("Google"))
    hold("Github")
    assert list(Partner().score().json()["stamps"]) == ["Github"]


@pytest.mark.parametrize("newer", [1, 2], ids=["V1", "V2"])
def test_of_two_stamps_of_a_provider_the_newest_counts_whatever_its_type(newer: int) -> None:
    ages = {newer: FUTURE, 3 - newer: PAST}
    kept = {kind: hold("Google", f"v0:{kind}", type=kind, updated_at=ages[kind]) for kind in (1, 2)}
    Partner().score()
    assert kept_stamps() == [("Google", kept[newer].stamp)]


def test_of_two_stamps_of_one_age_the_earlier_one_counts() -> None:
    first = hold("Google", "v0:a", type=2, updated_at=PAST)
    hold("Google", "v0:b", type=1, updated_at=PAST)
    Partner().score()
    assert kept_stamps() == [("Google", first.stamp)]


def test_an_older_valid_stamp_does_not_replace_a_newer_invalid_one() -> None:
    hold("Google", type=2, updated_at=PAST)
    hold("Google", expires_at=PAST, updated_at=FUTURE)
    assert Partner().score().json()["stamps"] == {}


@pytest.mark.parametrize(
    "credential",
    [
        issue("Google", key=STRANGER),
        issue("Google", expires_at=PAST),
        {**issue("Google"), "expirationDate": "tomorrow"},
        {**issue("Google"), "expirationDate": "2099-01-01T00:00:00"},
        {**issue("Google"), "expirationDate": None},
        {name: value for name, value in issue("Google").items() if name != "expirationDate"},
        issue("Google", to=BOB),
        {**issue("Google"), "issuanceDate": "2025-01-02T00:00:00Z"},
        {**issue("Google"), "credentialSubject": {**issue("Google")["credentialSubject"], "provider": "Github"}},
        resigned(issue("Google"), credentialSubject={**issue("Google")["credentialSubject"], "nullifiers": []}),
        {**issue("Google"), "credentialSubject": None},
        unsigned("Google"),
    ],
    ids=[
        "untrusted issuer",
        "expired",
        "no date",
        "no zone",
        "null date",
        "date missing",
        "another holder",
        "changed date",
        "changed provider",
        "no nullifier",
        "no subject",
        "unsigned",
    ],
)
def test_an_invalid_stamp_leaves_no_trace_and_the_others_count(credential: dict[str, Any]) -> None:
    hold("Google", credential=credential, address=ALICE, provider="Google", expiration_date=None)
    counted = hold("Github", "v0:counts")
    status = Partner(weights={"Google": 1, "Github": 2}).score()
    assert (status.json()["error"], status.json()["score"]) == (None, "2.00000")
    assert kept_stamps() == [("Github", counted.stamp)]
    assert links() == {"v0:counts": (ALICE, EXPIRY)}


def test_stamps_of_both_kinds_of_proof_count() -> None:
    hold("Google")
    hold("Github", credential=issue("Github", ed25519=True), proof_value="a")
    hold("Discord", credential=issue("Discord", ed25519=True, hash="v0.0.0:YWJj"), proof_value="b")
    assert list(Partner().score().json()["stamps"]) == ["Google", "Github", "Discord"]


def test_a_stamp_that_expires_now_still_counts(frozen: datetime) -> None:
    hold("Google", expires_at=frozen.replace(microsecond=679000))
    hold("Github", expires_at=frozen.replace(microsecond=678000))
    assert list(Partner().score().json()["stamps"]) == ["Google"]


def test_a_date_keeps_its_offset_in_the_answer_and_the_event_and_is_the_same_moment_in_the_columns() -> None:
    hold("Google", "v0:g", credential=resigned(issue("Google", "v0:g"), expirationDate="2099-01-01T02:00:00+02:00"))
    score = Partner().score().json()
    assert score["expiration_timestamp"] == "2099-01-01T02:00:00+02:00"
    assert score["stamps"]["Google"]["expiration_date"] == "2099-01-01T02:00:00+02:00"
    assert score_row()["expiration_date"] == datetime(2099, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert links() == {"v0:g": (ALICE, EXPIRY)}
    assert events("SCU")[0]["fields"]["expiration_date"] == "2099-01-01T02:00:00+02:00"


def test_the_customization_adds_weights_and_overrides_those_of_the_scorer() -> None:
    partner = Partner(weights={"Google": "1.25", "AllowList#VIP": "100"})
    customization = CustomizationFactory(scorer=partner.community)
    AllowListFactory(customization=customization, address_list__name="VIP", weight="7.25")
    CustomCredentialFactory(customization=customization, ruleset__provider_id="Developer#x#0a", weight="3.5")
    AllowListFactory(address_list__name="OTHER", weight="99")  # of another community
    for provider in ("Google", "AllowList#VIP", "Developer#x#0a", "AllowList#OTHER"):
        hold(provider)
    score = partner.score().json()
    assert {name: stamp["score"] for name, stamp in score["stamps"].items()} == {
        "Google": "1.25000",
        "AllowList#VIP": "7.25000",
        "Developer#x#0a": "3.50000",
        "AllowList#OTHER": "0.00000",
    }
    assert score_row()["evidence"]["rawScore"] == "12.0000"


def test_links_of_another_community_do_not_matter() -> None:
    HashLinkFactory(hash="v0:a", address=BOB)
    hold("Google", "v0:a")
    assert Partner().score().json()["stamps"]["Google"]["dedup"] is False


def test_the_passport_of_an_upper_case_request_is_the_lower_case_one() -> None:
    partner = Partner()
    partner.score(ALICE)
    partner.score("0x" + ALICE[2:].upper())
    assert Passport.objects.count() == 1
