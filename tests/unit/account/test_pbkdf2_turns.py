"""PBKDF2 runs are bounded, so that guesses on an old key cannot take all workers (D3)."""

import threading

import pytest

from apps.account import services
from apps.account.services import KeyCheckBusy, proves_by_pbkdf2
from tests.factories.account import pbkdf2_hash
from tests.unit.account.rows import SECRET, key_row, presented

OLD = key_row(hashed_key=pbkdf2_hash(SECRET), hashed_key_sha256=None)


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> threading.BoundedSemaphore:
    """Two turns, and no patience."""
    turns = threading.BoundedSemaphore(2)
    monkeypatch.setattr(services, "_pbkdf2_turns", turns)
    monkeypatch.setattr(services, "PBKDF2_WAIT_SECONDS", 0.01)
    return turns


def are_free(turns: threading.BoundedSemaphore) -> int:
    free = 0
    while turns.acquire(blocking=False):
        free += 1
    turns.release(free)
    return free


def test_the_right_key_is_proven_and_a_wrong_one_is_not(turns: threading.BoundedSemaphore) -> None:
    assert proves_by_pbkdf2(row=OLD, key=presented())
    assert not proves_by_pbkdf2(row=OLD, key=presented("abcd1234.wrong"))


@pytest.mark.parametrize("text", [SECRET, "abcd1234.wrong"])
def test_a_turn_is_given_back(text: str, turns: threading.BoundedSemaphore) -> None:
    proves_by_pbkdf2(row=OLD, key=presented(text))
    assert are_free(turns) == 2


@pytest.mark.parametrize(
    "hashed", ["pbkdf2_sha256$", "pbkdf2_sha256$x$y$z", "pbkdf2_sha256$0$y$z", "pbkdf2_sha256$1$y"]
)
def test_a_malformed_hash_proves_nothing_and_gives_its_turn_back(
    hashed: str, turns: threading.BoundedSemaphore
) -> None:
    assert not proves_by_pbkdf2(row=key_row(hashed_key=hashed), key=presented())
    assert are_free(turns) == 2


def test_without_a_free_turn_it_gives_up_without_hashing(
    turns: threading.BoundedSemaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.PBKDF2PasswordHasher, "verify", lambda *_: pytest.fail("it hashed"))
    with turns, turns, pytest.raises(KeyCheckBusy) as busy:
        proves_by_pbkdf2(row=OLD, key=presented())
    assert (busy.value.status, busy.value.headers["Retry-After"]) == (503, "1")
    assert are_free(turns) == 2


def test_it_waits_for_a_turn(turns: threading.BoundedSemaphore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "PBKDF2_WAIT_SECONDS", 30)
    turns.acquire()
    turns.acquire()
    threading.Timer(0.05, turns.release).start()
    assert proves_by_pbkdf2(row=OLD, key=presented())
