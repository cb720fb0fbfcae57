"""One act of verification counts once, and not again after it was taken back. SECURITY.md lists the family."""

import pytest

from apps.ceramic_cache.restore import restore_stamps
from apps.registry.models import Score
from apps.registry.recalculation.records import Selection
from apps.registry.recalculation.services import recalculate
from tests.endpoints.scoring_world import ALICE, BOB, Partner, hold, issue
from tests.factories.account import AllowListFactory, CustomCredentialFactory, CustomizationFactory
from tests.factories.ceramic_cache import RevocationFactory

pytestmark = pytest.mark.usefixtures("scoring_world")


def score_of(partner: Partner, address: str = ALICE) -> str:
    return str(partner.score(address).json()["score"])


def test_the_same_credential_as_v1_and_as_v2_stamp_counts_once() -> None:
    credential = issue("Google")
    hold(credential=credential, provider="Google", type=1)
    hold(credential=credential, provider="Google", type=2)
    assert score_of(Partner(weights={"Google": "2"})) == "2.00000"


@pytest.mark.parametrize("name", ["google", "Google ", " Google", "Google\u200b", "\uff27oogle", "Google%20", "Goog1e"])
def test_a_spelling_of_the_providers_name_is_another_provider(name: str) -> None:
    """Even where an operator gives both spellings a weight."""
    hold(credential=issue("Google"), provider=name)
    assert score_of(Partner(weights={"Google": "2", name: "3"})) == "0.00000"


def test_a_credential_does_not_count_as_an_allow_list_or_custom_credential() -> None:
    partner = Partner(weights={"Google": "2"})
    customization = CustomizationFactory(scorer=partner.community)
    listed = AllowListFactory(customization=customization, weight="5")
    custom = CustomCredentialFactory(customization=customization, weight="7")
    hold(credential=issue("Google"), provider=f"AllowList#{listed.address_list.name}")
    hold(credential=issue("Google", "v0:b"), provider=custom.ruleset.provider_id)
    assert score_of(partner) == "0.00000"


def test_one_human_counts_at_one_address_for_all_providers_that_share_a_nullifier() -> None:
    """A second address gets nothing, whichever provider it posts the nullifier under."""
    partner = Partner(weights={"Google": "2", "Discord": "3"})
    hold(credential=issue("Google", "v0:human"), provider="Google")
    hold(credential=issue("Discord", "v0:human", to=BOB), provider="Discord", address=BOB)
    assert (score_of(partner), score_of(partner, BOB)) == ("2.00000", "0.00000")


def test_a_recalculation_counts_what_a_request_counts() -> None:
    partner = Partner(weights={"Google": "2", "Discord": "3"})
    credential = issue("Google")
    hold(credential=credential, provider="Google")
    hold(credential=credential, provider="Discord")
    score_of(partner)
    recalculate(selection=Selection([partner.community.pk]))
    assert set(Score.objects.get().stamps) == {"Google"}


def test_restoring_a_deleted_stamp_restores_no_revoked_one() -> None:
    stamp = hold(credential=issue("Google"), provider="Google")
    RevocationFactory(ceramic_cache=stamp)
    stamp.deleted_at = stamp.updated_at
    stamp.save()
    restore_stamps(stamp_ids=[stamp.pk])
    assert score_of(Partner(weights={"Google": "2"})) == "0.00000"
