"""What a verification may cost, whatever the credential says (behaviour 3.3).

Times depend on the machine, so they are measured in units of an ordinary proof's, 0.3 ms where the bound is 5 ms.
"""

import json
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from apps.registry.scoring import eip712 as typed_data
from apps.registry.scoring.documents import InvalidDocument, parse_document
from apps.registry.scoring.hash_budget import MAX_HASHED_BYTES, MAX_HASHES, HashBudget
from tests.unit.scoring.bombs import FAMILIES, Family, nested_duplicates
from tests.unit.scoring.proof_samples import RECORDED, eip712, fault_of

DRAWS = 40
ORDINARY_PROOFS = 16
SPENT = "the credential takes more hashing than any issuer's does"


@pytest.fixture
def spent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[HashBudget]]:
    """The budgets of all verifications."""
    budgets: list[HashBudget] = []

    class Recorded(HashBudget):
        def __init__(self) -> None:
            super().__init__()
            budgets.append(self)

    monkeypatch.setattr(typed_data, "HashBudget", Recorded)
    yield budgets
    assert all(budget.hashes <= MAX_HASHES + 1 for budget in budgets)


def verdict(credential: dict[str, Any] | str) -> str | None:
    """As a scoring finds it: from the text."""
    text = credential if isinstance(credential, str) else json.dumps(credential, ensure_ascii=False)
    try:
        return fault_of(parse_document(text))
    except InvalidDocument as fault:
        return str(fault)


def cpu_seconds(credential: dict[str, Any], *, times: int = 3) -> float:
    """Of the quickest run: others compute on the same machine."""
    found, text = [], json.dumps(credential, ensure_ascii=False)
    for _ in range(times):
        started = time.thread_time()
        verdict(text)
        found.append(time.thread_time() - started)
    return min(found)


@pytest.mark.parametrize(("depth", "members"), [(2, 2), (8, 8), (3, 20), (4, 60), (12, 10)])
def test_a_type_with_two_members_of_one_name_is_refused(depth: int, members: int) -> None:
    bomb = nested_duplicates(random.Random(1), depth=depth, members=members)

    assert verdict(bomb) in (
        "a type has two members of one name",
        "the types have more than 96 members",
        "the document has more than 512 values",
    )


def test_the_hashing_of_the_bomb_ends_even_where_duplicates_are_not_refused(
    spent: list[HashBudget], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed_data, "refuse_duplicates", lambda _: None)

    assert verdict(nested_duplicates(random.Random(1), depth=8, members=8)) == SPENT
    assert spent[-1].hashes == MAX_HASHES + 1


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_no_bomb_costs_more_than_the_bound(family: Family, spent: list[HashBudget]) -> None:
    """One budget is for the types, one for the values."""
    ordinary, draw = cpu_seconds(eip712(), times=10), random.Random(f"{family.__name__}")
    for _ in range(DRAWS):
        bomb = family(draw)
        spent.clear()
        verdict(bomb)
        assert len(spent) <= 2
        assert cpu_seconds(bomb) < ORDINARY_PROOFS * ordinary


def test_no_recorded_credential_comes_near_the_budget(spent: list[HashBudget]) -> None:
    for entry in RECORDED:
        fault_of(entry["credential"])
    assert max(budget.hashes for budget in spent) * 3 < MAX_HASHES
    assert max(budget.hashed_bytes for budget in spent) * 9 < MAX_HASHED_BYTES
