"""manage.py delete_user_data and reset_users."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from apps.ceramic_cache.models import Ban, CeramicCache
from apps.registry.models import HumanPoints, Score, Stamp
from apps.registry.services import score_internally
from tests.endpoints.left_behind import all_rows
from tests.endpoints.scoring_world import ALICE, BOB, hold
from tests.factories.account import AddressListFactory, CommunityFactory
from tests.factories.ceramic_cache import BanFactory, RevocationFactory
from tests.factories.registry import HumanPointsMultiplierFactory
from tests.operations.commands import run, run_json

pytestmark = pytest.mark.usefixtures("scoring_world")

STAYS = {"ceramic_cache_ban", "account_addresslistmember"}


@pytest.fixture
def community(scoring_world: None) -> Any:
    """Where ALICE and BOB have scores, points and all else."""
    made = CommunityFactory(weights={"SelfStakingBronze": 1}, threshold=1, human_points_program=True)
    BanFactory(address=ALICE)
    AddressListFactory(members=[ALICE])
    HumanPointsMultiplierFactory(address=ALICE)
    RevocationFactory(ceramic_cache=hold("Google"))
    for holder in (ALICE, BOB):
        hold("SelfStakingBronze", to=holder)
        score_internally(scorer_id=made.pk, address=holder)
    return made


def tables_with(text: str) -> set[str]:
    return {table for table, rows in all_rows().items() if any(text in row for row in rows)}


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.mark.usefixtures("community")
def test_it_deletes_all_that_an_address_has_and_nothing_of_others() -> None:
    bobs = {table: [row for row in rows if BOB in row] for table, rows in all_rows().items()}

    status, printed = run_json("delete_user_data", "--eth-address", ALICE.upper().replace("X", "x"), "--exec", "--yes")

    assert (status, printed["dry_run"], printed["ceramic_cache_ceramiccache"]) == (0, False, 2)
    assert tables_with(ALICE) == STAYS
    assert {table: rows for table, rows in bobs.items() if rows} == {
        table: [row for row in rows if BOB in row] for table, rows in all_rows().items() if bobs.get(table)
    }
    assert Score.objects.count() == Stamp.objects.count() == 1
    assert not [name for name in printed if name.startswith("ceramic_cache_revocation") and printed[name] != 1]


@pytest.mark.usefixtures("community")
def test_deleting_again_finds_nothing() -> None:
    run("delete_user_data", "--eth-address", ALICE, "--exec", "--yes")
    printed = run_json("delete_user_data", "--eth-address", ALICE, "--exec", "--yes")[1]
    assert sum(rows for rows in printed.values() if isinstance(rows, int)) == 0


@pytest.mark.usefixtures("community")
def test_without_exec_it_only_counts() -> None:
    before = all_rows()
    status, printed = run_json("delete_user_data", "--eth-address", ALICE)
    assert (status, printed["dry_run"], printed["registry_score"], printed["registry_humanpoints"]) == (0, True, 1, 2)
    assert (printed["kept"]["ceramic_cache_ban"], printed["kept"]["account_addresslistmember"]) == (1, 1)
    assert all_rows() == before


@pytest.mark.usefixtures("community")
@pytest.mark.parametrize(("typed", "remains"), [("yes\n", False), ("y\n", True), ("", True)])
def test_it_asks_for_a_typed_yes(monkeypatch: pytest.MonkeyPatch, typed: str, remains: bool) -> None:
    type_in(monkeypatch, typed)
    assert run("delete_user_data", "--eth-address", ALICE, "--exec")[0] == int(remains)
    assert (tables_with(ALICE) > STAYS) is remains


def test_an_invalid_address_is_refused(scoring_world: None) -> None:
    assert run("delete_user_data", "--eth-address", "nobody") == (1, "Invalid address.")


def test_resetting_retires_the_stamps_and_computes_to_zero(community: Any, tmp_path: Path) -> None:
    file = tmp_path / "addresses"
    file.write_text(f"{ALICE}\n")

    status, printed = run_json("reset_users", "--address-list", file)

    assert (status, printed["stamps"], printed["passports"]) == (0, 2, 1)
    assert set(CeramicCache.objects.filter(deleted_at=None).values_list("address", flat=True)) == {BOB}
    assert dict(Score.objects.values_list("passport__address", "score")) == {ALICE: 0, BOB: 1}
    assert set(Stamp.objects.values_list("passport__address", flat=True)) == {BOB}
    assert HumanPoints.objects.filter(address=ALICE).exists()
    assert Ban.objects.exists()


def test_resetting_again_changes_nothing_but_times(community: Any, tmp_path: Path) -> None:
    file = tmp_path / "addresses"
    file.write_text(f"{ALICE}\n{BOB}\n")
    run("reset_users", "--address-list", file, "--batch-size", 1)
    status, printed = run_json("reset_users", "--address-list", file)
    assert (status, printed["stamps"], printed["passports"]) == (0, 0, 2)


def test_a_dry_run_of_a_reset_writes_nothing(community: Any, tmp_path: Path) -> None:
    file = tmp_path / "addresses"
    file.write_text(f"{ALICE}\n")
    before = all_rows()
    assert run_json("reset_users", "--address-list", file, "--dry-run")[1]["stamps"] == 2
    assert all_rows() == before


def test_a_file_with_an_invalid_line_resets_nobody(community: Any, tmp_path: Path) -> None:
    file = tmp_path / "addresses"
    file.write_text(f"{ALICE}\nnobody\n")
    before = all_rows()
    assert run("reset_users", "--address-list", file)[0] == 2
    assert all_rows() == before
