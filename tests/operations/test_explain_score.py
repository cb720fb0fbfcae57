"""Why an address has its score: explain_score, as a service and as a command."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.registry.explanations.records import ScoreExplanation, StampExplanation
from apps.registry.explanations.services import explain_score
from apps.registry.services import score_internally
from apps.scorer_weighted.models import BinaryWeightedScorer
from scorer_v2.primitives.errors import InvalidAddress, NotFound
from tests.endpoints.left_behind import all_rows
from tests.endpoints.scoring_world import ALICE, BOB, FUTURE, STRANGER, hold, issue, unsigned
from tests.factories.account import AllowListFactory, CommunityFactory, CustomizationFactory
from tests.factories.ceramic_cache import BanFactory, RevocationFactory, RevocationListFactory
from tests.factories.registry import HashLinkFactory
from tests.operations.commands import run, run_json

pytestmark = pytest.mark.usefixtures("scoring_world")

YESTERDAY = timezone.now() - timedelta(days=1)


@pytest.fixture
def community(scoring_world: None) -> Any:
    return CommunityFactory(weights={"Google": "1.25", "Github": 0.5}, threshold="1", name="a community")


def explained(community: Any, address: str = ALICE) -> ScoreExplanation:
    return explain_score(address=address, scorer_id=community.pk)


def only_stamp(community: Any) -> StampExplanation:
    (stamp,) = explained(community).stamps
    return stamp


def test_a_stamp_that_counts_has_its_weight_from_the_scorer(community: Any) -> None:
    hold("Google")
    stamp = only_stamp(community)
    assert (stamp.counts, stamp.verdict, stamp.weight, stamp.weight_source) == (True, "counts", "1.25", "scorer")


def test_a_weight_of_the_customization_is_told_as_such(community: Any) -> None:
    AllowListFactory(customization=CustomizationFactory(scorer=community), address_list__name="Friends", weight="7.25")
    hold("AllowList#Friends")
    stamp = only_stamp(community)
    assert (stamp.weight, stamp.weight_source, stamp.verdict) == ("7.2500", "customization", "counts")


def test_a_stamp_without_weight_counts_for_nothing(community: Any) -> None:
    hold("Discord")
    stamp = only_stamp(community)
    assert (stamp.counts, stamp.verdict, stamp.weight, stamp.weight_source) == (True, "no_weight", "0", None)


REASONS: dict[str, tuple[Any, str, str]] = {
    "expired": (lambda: issue(expires_at=YESTERDAY), "expired", f"It expired at {YESTERDAY:%Y-%m-%d}"),
    "untrusted issuer": (lambda: issue(key=STRANGER), "untrusted_issuer", f"Its issuer {STRANGER.did} is not trusted."),
    "other holder": (lambda: issue(to=BOB), "other_holder", "The credential belongs to another holder."),
    "proof": (lambda: {**issue(), "issuanceDate": "2024-01-01T00:00:00Z"}, "proof", "The proof does not hold: "),
    "malformed": (lambda: {**issue(), "expirationDate": "soon"}, "malformed", "is not a date and time"),
    "no issuer": (lambda: unsigned(issuer=...), "untrusted_issuer", "The issuer is not trusted."),
}


@pytest.mark.parametrize("reason", REASONS)
def test_it_says_why_a_stamp_is_not_valid(community: Any, reason: str) -> None:
    credential, verdict, sentence = REASONS[reason]
    hold(credential=credential(), address=ALICE, provider="Google", expiration_date=None)
    stamp = only_stamp(community)
    assert (stamp.counts, stamp.verdict) == (False, verdict)
    assert sentence in stamp.sentence


def test_a_claimed_stamp_names_the_other_owner_and_until_when(community: Any) -> None:
    hold("Google", "v0:a", "v0:b")
    HashLinkFactory(hash="v0:b", address=BOB, expires_at=FUTURE, community=community)
    stamp = only_stamp(community)
    assert (stamp.counts, stamp.verdict) == (False, "claimed")
    assert stamp.claimed_by is not None
    assert (stamp.claimed_by.nullifier, stamp.claimed_by.address, stamp.claimed_by.expires_at) == ("v0:b", BOB, FUTURE)


def test_a_revoked_stamp_names_its_list(community: Any) -> None:
    by_list = RevocationListFactory(name="spring cleaning")
    RevocationFactory(ceramic_cache=hold("Google"), revocation_list=by_list)
    RevocationFactory(ceramic_cache=hold("Github"))
    first, second = explained(community).stamps
    assert (first.verdict, first.revoked_by, first.counts) == ("revoked", "spring cleaning", False)
    assert (second.verdict, second.revoked_by) == ("revoked", None)


def test_of_two_stamps_of_a_provider_the_older_one_is_superseded(community: Any) -> None:
    hold("Google", updated_at=YESTERDAY, type=2)
    hold("Google", updated_at=timezone.now())
    assert [stamp.verdict for stamp in explained(community).stamps] == ["superseded", "counts"]


def test_without_a_score_everything_is_new(community: Any) -> None:
    hold("Google")
    told = explained(community)
    assert (told.stored, told.passport_id, told.differences) == (None, None, ("No score is stored.",))
    assert (told.computed.raw_score, told.computed.passing) == ("1.25", True)


def test_a_score_just_computed_would_not_change(community: Any) -> None:
    hold("Google")
    score_internally(scorer_id=community.pk, address=ALICE)
    told = explained(community, ALICE.upper().replace("X", "x"))
    assert told.differences == ()
    assert told.stored is not None
    assert told.stored.raw_score == told.computed.raw_score == "1.25"
    assert [event.action for event in told.events] == ["SCU"]


def test_it_says_what_scoring_now_would_change(community: Any) -> None:
    google = hold("Google")
    score_internally(scorer_id=community.pk, address=ALICE)
    RevocationFactory(ceramic_cache=google)
    hold("Github")
    assert explained(community).differences == (
        "The address does not pass now; stored is the opposite.",
        "The sum changes from 1.25 to 0.5.",
        "Google is not in the score any more.",
        "Github comes into the score.",
    )


def test_changed_weights_are_a_difference(community: Any) -> None:
    hold("Google")
    score_internally(scorer_id=community.pk, address=ALICE)
    BinaryWeightedScorer.objects.update(weights={"Google": 3}, threshold=2)
    assert explained(community).differences == (
        "The sum changes from 1.25 to 3.",
        "The threshold changes from 1.00000 to 2.00000.",
        "Google changes from 1.25000 to 3.00000.",
    )


def test_an_error_of_the_data_is_told(community: Any) -> None:
    hold("Google")
    broken = CommunityFactory(rule="FIFO")
    told = explained(broken)
    assert told.computed.error == "Invalid rule"
    assert told.differences == ("No score is stored.",)


def test_bans_and_points_are_told(community: Any) -> None:
    programme = CommunityFactory(weights={"SelfStakingBronze": 5}, threshold=1, human_points_program=True)
    hold("SelfStakingBronze")
    BanFactory(address=ALICE, reason="sybil")
    told = explained(programme)
    assert told.computed.points_awarded == ("HKY", "ISB")
    assert told.points is not None
    assert told.points["breakdown"]["ISB"] == 100
    assert [(ban.type, ban.reason) for ban in told.bans] == [("account", "sybil")]


def test_it_writes_nothing(community: Any) -> None:
    hold("Google", "v0:a")
    before = all_rows()
    explained(community)
    assert all_rows() == before


def test_an_unknown_scorer_and_an_invalid_address_are_refused(community: Any) -> None:
    with pytest.raises(NotFound):
        explain_score(address=ALICE, scorer_id=7)
    with pytest.raises(InvalidAddress):
        explain_score(address="nobody", scorer_id=community.pk)


def test_the_command_prints_a_text(community: Any) -> None:
    hold("Google")
    hold(credential=issue("Github", key=STRANGER))
    status, printed = run("explain_score", ALICE, "--scorer", community.pk)
    assert status == 0
    assert printed.startswith(f"{ALICE} in a community (scorer {community.pk}, LIFO)")
    assert "+ Google, weight 1.25 (scorer)" in printed
    assert f"Its issuer {STRANGER.did} is not trusted." in printed
    assert "Scored now: 1.25 of 1.00000, passing" in printed


def test_the_command_prints_json(community: Any) -> None:
    hold("Google")
    status, printed = run_json("explain_score", ALICE, "--scorer", community.pk)
    assert (status, printed["stamps"][0]["verdict"], printed["computed"]["raw_score"]) == (0, "counts", "1.25")


def test_the_command_refuses_what_it_does_not_know(community: Any) -> None:
    assert run("explain_score", ALICE, "--scorer", 7) == (1, "There is no such scorer.")
    assert run("explain_score", "nobody", "--scorer", community.pk) == (1, "Invalid address.")


@pytest.mark.parametrize("ed25519", [False, True])
def test_it_names_a_proof_that_is_revoked_at_another_row(ed25519: bool) -> None:
    community = CommunityFactory()
    issued = issue("Google", ed25519=ed25519)
    stored = {**issued, "proof": {"proofValue": "chosen freely", **issued["proof"]}}
    RevocationFactory(ceramic_cache=hold(credential=stored, provider="Google", address=BOB))
    hold(credential=stored, provider="Google")
    _, printed = run("explain_score", ALICE, "--scorer", community.pk)
    assert "Its proof is revoked" in printed
