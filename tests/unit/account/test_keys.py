"""How a partner's key is presented and proven (contract, section 2.1)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from apps.account.keys import InvalidApiKey, PresentedKey, digest_of, has_digest, is_usable, present_key
from apps.account.services import needs_pbkdf2, refusal_of
from tests.factories.account import pbkdf2_hash, sha256_hash
from tests.unit.account.rows import SECRET, key_row, presented

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def present(x_api_key: str = "", authorization: str = "", *, both: bool = False) -> PresentedKey:
    return present_key(x_api_key=x_api_key, authorization=authorization, aliases_in_authorization=both)


def test_a_key_has_a_prefix_and_the_sha256_of_all_of_it() -> None:
    key = present("abcd1234.word.more")
    assert (key.text, key.prefix, key.digest) == ("abcd1234.word.more", "abcd1234", sha256_hash("abcd1234.word.more"))


def test_a_key_without_a_dot_is_its_own_prefix() -> None:
    assert present("abcd1234").prefix == "abcd1234"


def test_a_key_that_is_printed_keeps_its_secret() -> None:
    assert "correct-horse" not in repr(presented())
    assert "correct-horse" not in f"{presented()}"


@pytest.mark.parametrize("authorization", [f"Bearer {SECRET}", f"x {SECRET}", f"Bearer \t {SECRET} more"])
def test_the_second_word_of_authorization_is_the_key(authorization: str) -> None:
    assert present(authorization=authorization).text == SECRET


def test_the_header_of_its_own_goes_first() -> None:
    assert present("abcd1234.a", "Bearer abcd1234.b").text == "abcd1234.a"


@pytest.mark.parametrize(
    "text", ["", "123456789.x", "x" * 9, "abcd1234." + "x" * 504, "abcd1234.\n", "abcd1234.\x00", "abcd1234.\udcff"]
)
def test_a_form_that_no_key_has_is_refused(text: str) -> None:
    with pytest.raises(InvalidApiKey):
        present(text)


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", SECRET])
def test_authorization_of_one_word_carries_no_key(authorization: str) -> None:
    with pytest.raises(InvalidApiKey):
        present(authorization=authorization)


@pytest.mark.parametrize(
    ("source", "both", "expected"),
    [
        ({"x_api_key": "demo"}, False, SECRET),
        ({"x_api_key": "demo"}, True, SECRET),
        ({"authorization": "Bearer demo"}, False, "demo"),
        ({"authorization": "Bearer demo"}, True, SECRET),
        ({"x_api_key": "demos"}, True, "demos"),
    ],
)
def test_an_alias_stands_for_the_demo_key(settings: Settings, source: Any, both: bool, expected: str) -> None:
    settings.DEMO_API_KEY, settings.DEMO_API_KEY_ALIASES = SECRET, ["demo"]
    assert present(**source, both=both).text == expected


def test_an_alias_without_a_demo_key_is_a_key_like_any_other(settings: Settings) -> None:
    settings.DEMO_API_KEY, settings.DEMO_API_KEY_ALIASES = None, ["demo"]
    assert present("demo").text == "demo"


@pytest.mark.parametrize(
    ("hashed_key", "sha256", "digest"),
    [
        ("sha256$a", "sha256$b", "sha256$b"),
        ("sha256$a", None, "sha256$a"),
        ("pbkdf2_sha256$1$x$y", "sha256$b", "sha256$b"),
        ("pbkdf2_sha256$1$x$y", None, None),
        ("anything", None, None),
    ],
)
def test_the_sha256_column_goes_before_the_other_one(hashed_key: str, sha256: str | None, digest: str | None) -> None:
    assert digest_of(key_row(hashed_key=hashed_key, hashed_key_sha256=sha256)) == digest


def test_a_key_that_nobody_has_has_no_digest() -> None:
    assert digest_of(None) is None
    assert not has_digest(None, presented())


@pytest.mark.parametrize(("due", "fits"), [(sha256_hash(SECRET), True), (sha256_hash("x"), False), ("sha256$", False)])
def test_digests_must_be_equal(due: str, fits: bool) -> None:
    assert has_digest(key_row(hashed_key_sha256=due), presented()) is fits


@pytest.mark.parametrize(
    ("hashed_key", "sha256", "needed"),
    [(pbkdf2_hash(SECRET), None, True), (pbkdf2_hash(SECRET), "sha256$x", False), ("sha256$x", None, False)],
)
def test_pbkdf2_is_tried_only_where_nothing_else_is_known(hashed_key: str, sha256: str | None, needed: bool) -> None:
    assert needs_pbkdf2(key_row(hashed_key=hashed_key, hashed_key_sha256=sha256)) is needed
    assert not needs_pbkdf2(None)


@pytest.mark.parametrize(
    ("columns", "usable"),
    [
        ({}, True),
        ({"expiry_date": NOW}, True),
        ({"expiry_date": NOW - timedelta(microseconds=1)}, False),
        ({"revoked": True}, False),
        ({"revoked": True, "expiry_date": NOW + timedelta(days=1)}, False),
    ],
)
def test_a_usable_key_is_neither_revoked_nor_expired(columns: dict[str, Any], usable: bool) -> None:
    assert is_usable(key_row(**columns), now=NOW) is usable


@pytest.mark.parametrize(
    ("row", "proven", "status", "word"),
    [
        (None, False, 401, "unknown"),
        (key_row(), False, 401, "wrong"),
        (key_row(revoked=True), True, 401, "revoked"),
        (key_row(expiry_date=NOW - timedelta(days=1)), True, 401, "expired"),
        (key_row(read_scores=False), True, 403, "permissions"),
        # The caller of a wrong key learns nothing more about it.
        (key_row(read_scores=False, revoked=True), False, 401, "wrong"),
    ],
)
def test_a_refusal_has_a_status_and_a_reason(row: Any, proven: bool, status: int, word: str) -> None:
    refusal = refusal_of(row, proven=proven, now=NOW, to_read_scores=True)
    assert refusal is not None
    assert refusal.error.status == status
    assert word in refusal.reason
    assert status == 403 or refusal.error.body() == {"detail": "Invalid API Key."}


def test_a_good_key_is_not_refused() -> None:
    assert refusal_of(key_row(), proven=True, now=NOW, to_read_scores=True) is None
    assert refusal_of(key_row(read_scores=False), proven=True, now=NOW, to_read_scores=False) is None
