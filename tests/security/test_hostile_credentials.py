"""API4 and API6: hostile credentials through the endpoints: none counts, and none costs more than its bound.

They are generated anew at each run. `make prove` sends 10,000, with the bounds of times (5 ms a credential, 100 ms a
request's credentials); here a few hundred are sent, with the bounds in hashes only.
"""

import json
import os
import random
import re
import secrets
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from pytest_django import Settings

from apps.registry.models import HashScorerLink
from apps.registry.scoring import eip712
from apps.registry.scoring.hash_budget import MAX_HASHES, HashBudget
from tests.endpoints.scoring_world import Partner, access_token, store_bulk, store_embed
from tests.factories.account import CommunityFactory
from tests.factories.ceramic_cache import StoredStampFactory
from tests.security.hostile import KINDS, Hostile, an_address, genuine, hostile
from tests.unit.scoring.test_proof_budget import verdict
from tools.prove.figures import Figures

pytestmark = pytest.mark.usefixtures("scoring_world")

SEED = os.environ.get("PROVE_SEED", str(secrets.randbits(32)))
NUMBER = int(os.environ.get("PROVE_CREDENTIALS", "300"))
TIMED = "PROVE_CREDENTIALS" in os.environ
IN_A_REQUEST = 100
CREDENTIAL_SECONDS = 0.005
REQUEST_SECONDS = 0.1
WEIGHTS = {f"Provider{number}": 1 for number in range(IN_A_REQUEST)}
NOTHING = ("0.00000", {})


@pytest.fixture
def figures() -> Iterator[Figures]:
    figures = Figures()
    yield figures
    figures.leave_for_section()


@pytest.fixture
def community(scoring_world: None, settings: Settings) -> Any:
    """The UI's community."""
    community = CommunityFactory(weights=WEIGHTS)
    settings.CERAMIC_CACHE_SCORER_ID = community.pk
    return community


@pytest.fixture
def budgets(monkeypatch: pytest.MonkeyPatch) -> list[HashBudget]:
    """Those of all verifications."""
    found: list[HashBudget] = []

    class Recorded(HashBudget):
        def __init__(self) -> None:
            super().__init__()
            found.append(self)

    monkeypatch.setattr(eip712, "HashBudget", Recorded)
    return found


def batches(draw: random.Random) -> Iterator[tuple[str, list[Hostile]]]:
    """A holder and what he sends, again and again."""
    while True:
        holder = an_address(draw)
        yield holder, [hostile(draw, holder=holder, provider=provider) for provider in WEIGHTS]


def send(holder: str, stamps: list[Hostile], community: Any, *, embed: bool) -> Any:
    if embed:
        return store_embed({"scorer_id": community.pk, "stamps": [each.credential for each in stamps]}, holder)
    body = [{"provider": each.provider, "stamp": each.credential} for each in stamps]
    return store_bulk(body, authorization=f"Bearer {access_token(holder)}")


def counted(score: Any) -> tuple[str, Any]:
    return score["score"], {name: stamp for name, stamp in score["stamps"].items() if float(stamp["score"])}


def store_all(holder: str, stamps: list[Hostile], community: Any, figures: Figures, *, embed: bool) -> None:
    """In one request, less those that are refused by their position: then nothing was written."""
    left = list(stamps)
    while left:
        answer = send(holder, left, community, embed=embed)
        figures.answered(answer.status_code)
        if answer.status_code in (200, 201):
            assert counted(answer.json()["score"]) == NOTHING, f"seed {SEED}, {holder}: {answer.json()['score']}"
            return
        assert answer.status_code == 400, f"seed {SEED}, {holder}: {answer.content[:300]}"
        named = re.match(r"Stamp (\d+):", answer.json()["detail"])
        largest = max(range(len(left)), key=lambda position: len(str(left[position])))
        del left[int(named[1]) if named else largest]  # all of them together are too large


def measure(stamps: list[Hostile]) -> float:
    """The CPU seconds of verifying all of them; each within its bound."""
    total = 0.0
    for each in stamps:
        text = json.dumps(each.credential, ensure_ascii=False)
        started = time.thread_time()
        verdict(text)
        seconds = time.thread_time() - started
        if seconds >= CREDENTIAL_SECONDS:  # perhaps the operating system's doing: asked again
            started = time.thread_time()
            verdict(text)
            seconds = time.thread_time() - started
        assert seconds < CREDENTIAL_SECONDS, f"seed {SEED}: {seconds * 1000:.1f} ms for {each.kind}: {text[:500]}"
        total += seconds
    return total


def test_no_hostile_credential_counts_or_costs_more_than_its_budget(
    community: Any, budgets: list[HashBudget], figures: Figures
) -> None:
    partner, draw = Partner(weights=WEIGHTS), random.Random(SEED)
    for number, (holder, stamps) in enumerate(islice(batches(draw), NUMBER // IN_A_REQUEST)):
        store_all(holder, stamps, community, figures, embed=number % 2 == 1)
        verified = len(budgets)
        for _ in range(2):
            assert counted(partner.score(holder).json()) == NOTHING, f"seed {SEED}, {holder}"
        assert len(budgets) == verified, "what was found invalid when it was stored was verified again"
        for each in stamps:
            figures.count(f"hostile credentials: {each.kind.replace('_', ' ')}")
        if TIMED:
            assert measure(stamps) < REQUEST_SECONDS, f"seed {SEED}, {holder}: too slow together"
    assert not HashScorerLink.objects.exists()
    assert max(budget.hashes for budget in budgets) <= MAX_HASHES + 1
    figures.checked("no hostile credential counts, at either endpoint, in either community", NUMBER)
    figures.checked("no verification exceeds its budget of hashes", len(budgets))


def test_a_credential_that_is_filed_under_another_provider_is_refused_and_does_not_count(
    community: Any, figures: Figures
) -> None:
    """D22: by the bulk endpoint it is refused; rows of earlier times do not count."""
    partner, draw = Partner(weights=WEIGHTS), random.Random(f"{SEED} filed")
    for _ in range(NUMBER // 20):
        holder, (own, other) = an_address(draw), draw.sample(sorted(WEIGHTS), 2)
        credential = genuine(draw, holder, own)
        filed = Hostile("filed under another provider", other, credential)
        assert send(holder, [filed], community, embed=False).status_code == 400, f"seed {SEED}"
        StoredStampFactory(credential=credential, provider=other)
        assert counted(partner.score(holder).json()) == NOTHING, f"seed {SEED}, {holder}"
    figures.checked("a credential counts under its own provider only", NUMBER // 20)


def test_what_the_hostile_ones_are_made_of_counts(community: Any) -> None:
    """Otherwise the tests above could only pass."""
    draw = random.Random(SEED)
    for _ in range(10):
        holder = an_address(draw)
        stamp = Hostile("genuine", "Provider0", genuine(draw, holder, "Provider0"))
        for embed in (False, True):
            assert send(holder, [stamp], community, embed=embed).json()["score"]["score"] == "1.00000"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_all_kinds_are_generated_from_the_seed(kind: str) -> None:
    holder, draws = an_address(random.Random(SEED)), [random.Random(SEED) for _ in range(2)]
    first, again = (KINDS[kind](draw, holder, "Provider0") for draw in draws)
    assert first == again
