"""manage.py recalculate_scores."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.ceramic_cache.models import CeramicCache
from apps.registry.models import Event, HashScorerLink, Passport, Score, Stamp
from apps.registry.recalculation import services
from apps.registry.recalculation.records import Manner, Selection, Tally
from apps.registry.services import score_internally
from apps.scorer_weighted.models import BinaryWeightedScorer, Scorer, WeightedScorer
from scorer_v2.database import round_trips
from scorer_v2.operations.command import STOPPED
from tests.endpoints.disturbing import elsewhere
from tests.endpoints.left_behind import all_rows
from tests.endpoints.scoring_world import ALICE, BOB, CAROL, EXPIRY, hold, issue
from tests.factories.account import CommunityFactory
from tests.factories.addresses import address
from tests.factories.ceramic_cache import RevocationFactory
from tests.factories.registry import HashLinkFactory, PassportFactory, ScoreFactory, WeightConfigurationFactory
from tests.factories.scorer_weighted import BinaryScorerFactory, WeightedScorerFactory
from tests.operations.commands import run, run_json
from tests.unit.scoring.proof_samples import high_s

pytestmark = pytest.mark.usefixtures("scoring_world", "nothing_known")


@pytest.fixture
def community(scoring_world: None) -> Any:
    return CommunityFactory(weights={"Google": 1, "Github": 2}, threshold=1)


def passports(community: Any, *holders: str) -> None:
    for holder in holders:
        hold("Google", to=holder)
        PassportFactory(address=holder, community=community)


def scores() -> dict[str, int | None]:
    rows = Score.objects.values_list("passport__address", "score")
    return {holder: None if score is None else int(score) for holder, score in rows}


def counted(tally: Tally) -> dict[str, int]:
    return {name: getattr(tally, name) for name in tally.__slots__ if getattr(tally, name)}


def test_it_computes_the_scores_of_all_passports(community: Any) -> None:
    passports(community, ALICE, BOB)
    PassportFactory(address=CAROL, community=community)
    PassportFactory(address=None, community=community)
    status, printed = run_json("recalculate_scores")
    assert status == 0
    assert scores() == {ALICE: 1, BOB: 1, CAROL: 0}
    due = {"passports": 3, "changed": 3, "newly_passing": 2, "stamps": 2, "proofs_verified": 2, "failed": 0}
    assert {name: printed[name] for name in due} == due
    assert Event.objects.filter(action="SCU").count() == 3
    assert HashScorerLink.objects.count() == 2


def test_a_score_that_stays_is_unchanged_and_its_proof_not_verified_again(community: Any) -> None:
    passports(community, ALICE)
    score_internally(scorer_id=community.pk, address=ALICE)
    kept = list(Stamp.objects.values())
    tally = services.recalculate(selection=Selection())
    assert counted(tally) == {"passports": 1, "unchanged": 1, "stamps": 1}
    assert list(Stamp.objects.values()) == kept
    assert services.recalculate(selection=Selection(), verify_all_proofs=True).proofs_verified == 1


def test_a_credential_that_was_exchanged_is_verified(community: Any) -> None:
    """Same provider, same proof, another value: it is not what the last scoring kept."""
    passports(community, ALICE)
    score_internally(scorer_id=community.pk, address=ALICE)
    forged = {**issue("Google"), "expirationDate": "2199-01-01T00:00:00Z"}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ceramic_cache_ceramiccache SET stamp = %s", [json.dumps(forged)])
    services.recalculate(selection=Selection())
    assert scores() == {ALICE: 0}


def test_an_ed25519_proof_is_always_verified(community: Any) -> None:
    """The replaced scorer kept some whose terms were renamed (D21)."""
    hold(credential=issue("Google", ed25519=True), proof_value="p")
    score_internally(scorer_id=community.pk, address=ALICE)
    assert services.recalculate(selection=Selection()).proofs_verified == 1


@pytest.mark.parametrize("respell", [high_s, lambda value: "0x" + value[2:].upper(), lambda value: value + "00"])
def test_a_kept_stamp_whose_signature_is_not_canonical_stops_counting(
    respell: Callable[[str], str], community: Any
) -> None:
    """The replaced scorer kept such stamps (D24)."""
    passports(community, ALICE)
    score_internally(scorer_id=community.pk, address=ALICE)
    credential = issue("Google")
    credential["proof"]["proofValue"] = respell(credential["proof"]["proofValue"])
    CeramicCache.objects.update(stamp=credential)
    Stamp.objects.update(credential=credential)
    services.recalculate(selection=Selection())
    assert scores() == {ALICE: 0}


def test_what_changed_since_is_found(community: Any) -> None:
    passports(community, ALICE)
    score_internally(scorer_id=community.pk, address=ALICE)
    RevocationFactory(ceramic_cache=hold("Github"))
    hold("NFT")
    BinaryWeightedScorer.objects.update(threshold=10)
    tally = services.recalculate(selection=Selection())
    assert counted(tally) == {
        "passports": 1, "changed": 1, "no_longer_passing": 1, "stamps": 2, "proofs_verified": 1
    }  # fmt: skip
    assert list(Stamp.objects.order_by("id").values_list("provider", flat=True)) == ["Google", "NFT"]


def test_of_two_addresses_with_one_nullifier_the_first_gets_it(community: Any) -> None:
    for holder in (ALICE, BOB):
        hold("Google", "v0:a", to=holder)
        PassportFactory(address=holder, community=community)
    services.recalculate(selection=Selection())
    assert scores() == {ALICE: 1, BOB: 0}
    assert HashScorerLink.objects.get().address == ALICE
    assert Event.objects.get(action="LDP").address == BOB


def test_a_dry_run_writes_nothing_and_says_the_same(community: Any) -> None:
    passports(community, ALICE)
    WeightConfigurationFactory(active=True, weights={"Google": 1.0})
    before = all_rows()
    status, printed = run_json("recalculate_scores", "--dry-run")
    assert (status, printed["changed"], printed["newly_passing"], printed["weights"]["changed"]) == (0, 1, 1, 1)
    assert all_rows() == before


def test_filters_choose_the_communities(community: Any) -> None:
    other = CommunityFactory(name="other")
    for place in (community, other):
        PassportFactory(address=ALICE, community=place)
    only = f'{{"id__in": [{community.pk}, {other.pk}]}}'
    arguments = ("--filter-community-include", only, "--filter-community-exclude", '{"name": "other"}')
    assert run_json("recalculate_scores", *arguments)[1]["passports"] == 1
    assert Score.objects.get().passport.community == community


@pytest.mark.parametrize("text", ["nonsense", "[]", '{"no_such_field": 1}', '{"id": "x"}'])
def test_a_filter_that_cannot_be_used_is_refused(text: str) -> None:
    assert run("recalculate_scores", "--filter-community-include", text)[0] in (1, 2)


def test_a_file_chooses_the_addresses(community: Any, tmp_path: Path) -> None:
    passports(community, ALICE, BOB)
    file = tmp_path / "addresses"
    file.write_text(f"{ALICE.upper()}\n{CAROL}\n".replace("X", "x"))
    assert run_json("recalculate_scores", "--address-list", file)[1]["passports"] == 1
    assert scores() == {ALICE: 1}
    file.write_text("nobody")
    assert run("recalculate_scores", "--address-list", file)[0] == 2


def test_errors_of_the_data_are_stored_and_no_failure(community: Any) -> None:
    old = CommunityFactory(rule="FIFO")
    ScoreFactory(passport=PassportFactory(address=ALICE, community=old))
    status, printed = run_json("recalculate_scores")
    assert (status, printed["errors"], printed["failed"]) == (0, 1, 0)
    assert Score.objects.values_list("status", "error", "score").get() == ("ERROR", "Invalid rule", None)


def test_a_community_that_cannot_be_scored_fails_and_the_others_do_not(community: Any) -> None:
    passports(community, ALICE)
    unusable = CommunityFactory()
    PassportFactory(address=ALICE, community=unusable)
    Scorer.objects.filter(pk=unusable.scorer_id).update(type="NONSENSE")
    status, printed = run_json("recalculate_scores")
    assert (status, printed["failed"], printed["changed"]) == (1, 1, 1)


def test_a_passport_that_cannot_be_saved_fails_alone(community: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    holders = [address(n) for n in range(1, 8)]
    passports(community, *holders)
    disturb(monkeypatch, holders[3])
    tally = services.recalculate(selection=Selection())
    assert (tally.passports, tally.failed, tally.changed) == (7, 1, 6)
    assert set(scores()) == set(holders) - {holders[3]}


def disturb(monkeypatch: pytest.MonkeyPatch, holder: str) -> None:
    """The score of one address cannot be stored, as if a value did not fit its column."""
    carry_out = round_trips._carry_out

    def refuse(steps: Sequence[round_trips.Step], *others: Any) -> None:
        if any(step.statement.name == "registry.save_scores_of_many" and holder in str(step.values) for step in steps):
            raise round_trips.psycopg.errors.StringDataRightTruncation
        carry_out(steps, *others)

    monkeypatch.setattr(round_trips, "_carry_out", refuse)


def test_a_nullifier_that_a_request_claims_meanwhile_stays_the_requests(
    community: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold("Google", "v0:a")
    PassportFactory(address=ALICE, community=community)
    save, disturbed = services.save_batch, []

    def save_later(*arguments: Any, **named: Any) -> None:
        if not disturbed:
            disturbed.append(True)
            elsewhere(lambda: HashLinkFactory(hash="v0:a", address=BOB, community=community, expires_at=EXPIRY))()
        save(*arguments, **named)

    monkeypatch.setattr(services, "save_batch", save_later)
    tally = services.recalculate(selection=Selection())
    assert (tally.restarts, tally.failed) == (1, 0)
    assert HashScorerLink.objects.get().address == BOB
    assert scores() == {ALICE: 0}


def test_a_passport_that_a_request_holds_is_waited_for(community: Any) -> None:
    passports(community, ALICE)
    manner = Manner(rules=services.scoring_rules())
    ids = list(Passport.objects.values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT FROM registry_passport FOR UPDATE")

    def impatient() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        return services.recalculate_batch(community.pk, ids, manner=manner)

    with pytest.raises(services.DatabaseUnavailable):
        elsewhere(impatient)()
    round_trips.rollback()
    assert elsewhere(impatient)().passports == 1


def test_an_interrupted_run_goes_on_where_it_was_stopped(community: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    holders = [address(n) for n in range(1, 7)]
    passports(community, *holders)
    started = timezone.now()
    batch, done = services.recalculate_batch, []

    def stopped(*arguments: Any, **named: Any) -> Tally:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(arguments)
        return batch(*arguments, **named)

    monkeypatch.setattr(services, "recalculate_batch", stopped)
    assert run("recalculate_scores", "--batch-size", 2)[0] == STOPPED
    assert set(scores()) == set(holders[:4])
    monkeypatch.undo()

    status, printed = run_json("recalculate_scores", "--unless-scored-since", started.isoformat(), "--batch-size", 2)

    assert (status, printed["passports"]) == (0, 2)
    assert scores() == dict.fromkeys(holders, 1)
    assert Event.objects.filter(action="SCU").count() == len(holders)


def test_a_passport_that_was_scored_before_is_scored_again(community: Any) -> None:
    passports(community, ALICE)
    services.recalculate(selection=Selection())
    since = timezone.now() + timedelta(seconds=1)
    assert services.recalculate(selection=Selection(not_scored_since=since)).passports == 1


def test_a_passport_that_was_scored_in_the_future_is_scored_again(community: Any) -> None:
    """A clock was ahead: its time says nothing about what a run that was stopped has done."""
    passports(community, ALICE)
    services.recalculate(selection=Selection())
    Score.objects.update(last_score_timestamp=timezone.now() + timedelta(days=2))
    since = timezone.now() - timedelta(hours=1)
    assert services.recalculate(selection=Selection(not_scored_since=since)).passports == 1


def test_ids_are_read_in_pages(community: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "IDS_AT_ONCE", 3)
    passports(community, *(address(n) for n in range(1, 8)))
    seen: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        seen.append((done, total))

    services.recalculate(selection=Selection(), batch_size=2, progress=progress)
    assert seen == [(2, 7), (3, 7), (5, 7), (6, 7), (7, 7)]


def test_the_weights_are_copied_to_all_scorers_that_are_not_excluded() -> None:
    binary, weighted = BinaryScorerFactory(), WeightedScorerFactory(threshold=3)
    excluded = BinaryScorerFactory(exclude_from_weight_updates=True, weights={"Google": "9"})
    WeightConfigurationFactory(active=False, weights={"Google": 8.0})
    WeightConfigurationFactory(active=True, version="7", threshold=25.5, weights={"Google": 0.1, "NFT": 2.0})

    status, printed = run_json("recalculate_scores", "--only-weights")

    assert (status, printed["weights"]["changed"], printed["weights"]["excluded"]) == (0, 2, 1)
    copied = {"Google": 0.1, "NFT": 2.0}
    assert read(BinaryWeightedScorer, binary) == (copied, "25.50000")
    assert read(WeightedScorer, weighted) == (copied, "3.00000")
    assert read(BinaryWeightedScorer, excluded) == ({"Google": "9"}, "20.00000")
    assert not Score.objects.exists()
    assert run_json("recalculate_scores", "--only-weights")[1]["weights"]["unchanged"] == 2


def test_scores_are_computed_with_the_copied_weights(community: Any) -> None:
    passports(community, ALICE)
    WeightConfigurationFactory(active=True, threshold=5, weights={"Google": 5.0})
    assert run("recalculate_scores")[0] == 0
    assert Score.objects.get().evidence["rawScore"] == "5"


def test_keeping_the_weights_copies_none(community: Any) -> None:
    passports(community, ALICE)
    WeightConfigurationFactory(active=True, threshold=5, weights={"Google": 5.0})
    run("recalculate_scores", "--keep-weights")
    assert Score.objects.get().evidence["rawScore"] == "1"


@pytest.mark.parametrize("weights", [None, {}])
def test_without_active_weights_the_scorers_keep_theirs(community: Any, weights: Any) -> None:
    passports(community, ALICE)
    if weights is not None:
        WeightConfigurationFactory(active=True, weights=weights)
    assert run("recalculate_scores", "--only-weights")[0] == 1
    assert run("recalculate_scores")[0] == 0
    assert scores() == {ALICE: 1}


def read(model: Any, scorer: Any) -> tuple[Any, str]:
    row = model.objects.get(pk=scorer.pk)
    return row.weights, str(row.threshold)


@pytest.mark.parametrize("ed25519", [False, True])
def test_a_revoked_proof_that_is_stored_again_does_not_count(community: Any, ed25519: bool) -> None:
    """D23, and as a scoring of the one address has it."""
    credential = issue("Google", ed25519=ed25519)
    credential["proof"].setdefault("proofValue", "free text")
    passports(community, BOB)
    PassportFactory(address=ALICE, community=community)
    hold("Github")
    hold(credential=credential)
    RevocationFactory(ceramic_cache=hold(credential=credential, address=CAROL))
    assert run_json("recalculate_scores")[0] == 0
    batch = list(Score.objects.order_by("passport").values_list("score", "evidence", "stamps", "stamp_scores"))
    assert [list(stamps) for _, _, stamps, _ in batch] == [["Google"], ["Github"]]
    for holder in (BOB, ALICE):
        score_internally(scorer_id=community.pk, address=holder)
    assert list(Score.objects.order_by("passport").values_list("score", "evidence", "stamps", "stamp_scores")) == batch
