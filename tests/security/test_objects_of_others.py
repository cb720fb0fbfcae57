"""API1: what belongs to another account, or to another address, is neither told nor changed."""

from typing import Any

import pytest
from pytest_django import Settings

from tests.endpoints.left_behind import ANALYTICS, all_rows, links
from tests.endpoints.scoring_world import (
    ALICE,
    BOB,
    NO_SCORER,
    Partner,
    access_token,
    answered,
    hold,
    issue,
    items,
    score_user,
    score_v2,
    store_bulk,
)
from tests.factories.account import CommunityFactory

pytestmark = pytest.mark.usefixtures("scoring_world")

THEIRS, UNKNOWN = 7_777_777, 8_888_888


@pytest.fixture
def community(scoring_world: None, settings: Settings) -> Any:
    """The UI's community."""
    community = CommunityFactory(weights={"Google": 1, "Github": 2})
    settings.CERAMIC_CACHE_SCORER_ID = community.pk
    return community


# Another account's scorer ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("spelling", ["{}", "+{}", "0{}", "%20{}", "{}%20", "{}.0", "{}e0", "%2B{}"])
def test_anothers_scorer_is_as_unknown_as_one_that_is_not_there(spelling: str) -> None:
    mine, other = Partner(), Partner(id=THEIRS)
    hold("Google")
    before = all_rows(but=(ANALYTICS,))
    answers = [answered(mine.score(scorer_id=spelling.format(each))) for each in (other.community.pk, UNKNOWN)]
    assert answers[0][0] in (404, 422)
    assert str(answers[0]).replace(str(THEIRS), str(UNKNOWN)) == str(answers[1])
    assert all_rows(but=(ANALYTICS,)) == before


def test_the_digits_of_another_script_name_no_other_scorer() -> None:
    mine, other = Partner(), Partner()
    arabic = "".join(chr(0x660 + int(digit)) for digit in str(other.community.pk))
    assert answered(mine.score(scorer_id=arabic))[0] in (404, 422)


@pytest.mark.parametrize("name", ["scorer_id", "community_id", "account_id", "address", "api_key", "account"])
def test_a_parameter_does_not_stand_in_for_the_path(name: str) -> None:
    mine, other = Partner(), Partner(weights={"Google": "7"})
    hold("Google")
    plain, _ = mine.score().json(), mine.score()
    asked = mine.score(query=f"?{name}={other.community.pk}").json()
    assert {**asked, "last_score_timestamp": None} == {**plain, "last_score_timestamp": None}


def test_two_keys_of_which_one_is_the_others_do_not_add_up() -> None:
    mine, other = Partner(), Partner()
    headers = {"X-API-Key": mine.key.secret, "Authorization": f"Bearer {other.key.secret}"}
    assert answered(score_v2(other.community.pk, headers=headers)) == (404, NO_SCORER)


# Another address ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "spelling", [BOB, BOB.upper().replace("X", "x"), BOB[2:], f"{ALICE}%2F..%2F{BOB}", f"{BOB}%00"]
)
def test_anothers_score_is_not_told(community: Any, spelling: str) -> None:
    hold("Google", to=BOB)
    before = all_rows()
    assert score_user(spelling).status_code in (400, 401, 404)
    assert all_rows() == before


@pytest.mark.parametrize(
    "did", [f"{ALICE}:", f"did:pkh:eip155:1:{BOB} ", f"did:pkh:eip155:1:{BOB}\n", f"{BOB}#{ALICE}"]
)
def test_a_did_that_only_resembles_anothers_reads_no_score(community: Any, did: str) -> None:
    assert score_user(BOB, authorization=f"Bearer {access_token(did=did)}").status_code in (400, 401)


def test_anothers_stamps_are_neither_replaced_nor_retired(community: Any) -> None:
    theirs = hold("Google", "v0:theirs", to=BOB)
    before = all_rows()["ceramic_cache_ceramiccache"]
    forged = [{**item, "address": BOB, "id": theirs.pk} for item in items(issue("Google", "v0:mine"))]
    assert store_bulk(forged).json()["score"]["address"] == ALICE
    after = all_rows()["ceramic_cache_ceramiccache"]
    assert set(before) < set(after)
    assert len(after) == len(before) + 1


def test_anothers_credentials_earn_nothing_and_take_nothing(community: Any) -> None:
    """The holder is signed: who sends them first gains neither the score nor the nullifier."""
    theirs = issue("Google", "v0:theirs", to=BOB)
    score = store_bulk(items(theirs)).json()["score"]
    assert (score["score"], score["stamps"], links()) == ("0.00000", {}, {})
    hold(credential=theirs)
    score = score_user(BOB, authorization=f"Bearer {access_token(BOB)}").json()
    assert score["score"] == "1.00000"
