"""POST /internal/check-bans (contract, section 4.9)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.ceramic_cache import managers
from tests.endpoints.internal import post
from tests.factories.addresses import address
from tests.factories.ceramic_cache import BanFactory

PATH = "/internal/check-bans"
HOLDER = address(0xABC)

with_rows = pytest.mark.usefixtures("rows")


def credential(**subject: Any) -> dict[str, Any]:
    return {"credentialSubject": {"hash": "v0:h", "provider": "Google", "id": f"did:pkh:eip155:1:{HOLDER}"} | subject}


def verdict(**due: Any) -> dict[str, Any]:
    return {"hash": "v0:h", "is_banned": False, "end_time": None, "ban_type": None, "reason": None} | due


def missing(*path: Any) -> dict[str, Any]:
    return {"type": "missing", "loc": ["body", "payload", *path], "msg": "Field required"}


@with_rows
def test_an_account_ban_bans_every_credential_of_the_address() -> None:
    BanFactory(address=HOLDER, reason="sybil")
    answer = post(PATH, [credential(), credential(hash=None, provider=None)])
    assert answer.status_code == 200
    banned = {"is_banned": True, "ban_type": "account", "reason": "sybil"}
    assert answer.json() == [verdict(**banned), verdict(**banned, hash=None)]


@with_rows
def test_the_verdict_has_its_keys_in_order() -> None:
    assert list(post(PATH, [credential()]).json()[0]) == ["hash", "is_banned", "end_time", "ban_type", "reason"]


@with_rows
@pytest.mark.parametrize("spelling", [HOLDER.upper(), HOLDER.replace("abc", "aBc")])
def test_addresses_are_compared_in_any_case(spelling: str) -> None:
    BanFactory(address=spelling)
    assert post(PATH, [credential()]).json()[0]["is_banned"]
    assert post(PATH, [credential(id=f"did:pkh:eip155:1:{HOLDER.replace('abc', 'AbC')}")]).json()[0]["is_banned"]


@with_rows
def test_a_did_without_a_colon_is_its_own_address() -> None:
    BanFactory(address=HOLDER)
    assert post(PATH, [credential(id=HOLDER)]).json()[0]["is_banned"]


@with_rows
def test_an_account_ban_with_a_provider_fits_nothing() -> None:
    BanFactory(address=HOLDER, provider="Google")
    assert post(PATH, [credential()]).json() == [verdict()]


@with_rows
def test_the_ban_of_another_address_fits_nothing() -> None:
    BanFactory(address=address(0xDEF))
    assert post(PATH, [credential()]).json() == [verdict()]


@with_rows
def test_a_single_stamp_ban_bans_the_provider_of_the_address() -> None:
    BanFactory(single_stamp=True, address=HOLDER, provider="Google", reason=None)
    BanFactory(single_stamp=True, address=address(0xDEF), provider="Github")
    answer = post(PATH, [credential(), credential(provider="Github"), credential(provider=None)])
    assert answer.json() == [verdict(is_banned=True, ban_type="single_stamp"), verdict(), verdict()]


@with_rows
def test_a_hash_ban_bans_the_hash_whoever_holds_it() -> None:
    BanFactory(of_hash=True, hash="v0:h", reason="stolen")
    answer = post(PATH, [credential(), credential(hash="v0:other"), credential(hash=None)])
    assert answer.json() == [
        verdict(is_banned=True, ban_type="hash", reason="stolen"),
        verdict(hash="v0:other"),
        verdict(hash=None),
    ]


@with_rows
def test_a_hash_ban_with_an_address_needs_the_hash() -> None:
    BanFactory(of_hash=True, hash="v0:other", address=HOLDER)
    assert post(PATH, [credential()]).json() == [verdict()]


@with_rows
def test_the_type_decides_and_no_other_column() -> None:
    BanFactory(address=address(0xDEF), hash="v0:h")
    BanFactory(single_stamp=True, address=address(0xDEF), hash="v0:h", provider="Google")
    BanFactory(type="unknown", address=HOLDER)
    assert post(PATH, [credential()]).json() == [verdict()]


@with_rows
def test_the_first_ban_by_id_that_fits_is_answered() -> None:
    BanFactory(single_stamp=True, address=HOLDER, provider="Github", reason="first")
    BanFactory(of_hash=True, hash="v0:h", reason="second")
    BanFactory(address=HOLDER, reason="third")
    answer = post(PATH, [credential(), credential(provider="Github"), credential(hash="v0:other")])
    assert [entry["reason"] for entry in answer.json()] == ["second", "first", "third"]


@with_rows
def test_a_ban_that_ended_fits_nothing() -> None:
    BanFactory(address=HOLDER, end_time=timezone.now() - timedelta(seconds=1))
    assert post(PATH, [credential()]).json() == [verdict()]


@with_rows
@pytest.mark.parametrize(("microseconds", "text"), [(0, "2098-05-06T07:08:09Z"), (123_999, "2098-05-06T07:08:09.123Z")])
def test_the_end_time_is_cut_to_milliseconds(microseconds: int, text: str) -> None:
    BanFactory(address=HOLDER, end_time=datetime(2098, 5, 6, 7, 8, 9, microseconds, tzinfo=UTC))
    assert post(PATH, [credential()]).json()[0]["end_time"] == text


@with_rows
def test_nul_characters_match_nothing() -> None:
    BanFactory(of_hash=True, hash="v0:h")
    answer = post(PATH, [credential(hash="v0:h\0", provider="\0", id="did:\0")])
    assert answer.json() == [verdict(hash="v0:h\0")]


@with_rows
def test_an_empty_address_and_an_empty_hash_match_nothing() -> None:
    BanFactory(of_hash=True, hash="v0:h")
    BanFactory(address=HOLDER)
    assert post(PATH, [credential(hash="", id="")]).json() == [verdict(hash="")]


@with_rows
def test_it_takes_one_round_trip_for_any_number_of_credentials(round_trips: list[list[str]]) -> None:
    answer = post(PATH, [credential(hash=f"v0:{number}") for number in range(300)])
    assert len(answer.json()) == 300
    assert round_trips == [["ceramic_cache.bans_in_force"]]


@pytest.mark.parametrize("credentials", [[], [credential(id=None)], [credential(id=None), credential(id=None)]])
def test_credentials_without_a_holder_are_400(credentials: list[Any]) -> None:
    answer = post(PATH, credentials)
    assert (answer.status_code, answer.json()) == (400, {"detail": "Must provide valid credential(s)"})


@pytest.mark.parametrize("other", [HOLDER, f"did:pkh:eip155:1:{HOLDER.replace('abc', 'ABC')}", None])
def test_credentials_of_several_holders_are_400(other: str | None) -> None:
    answer = post(PATH, [credential(), credential(id=other)])
    assert (answer.status_code, answer.json()) == (
        400,
        {"detail": "All credentials must be issued to the same address"},
    )


@pytest.mark.parametrize("key", ["hash", "provider", "id"])
def test_a_missing_key_is_422(key: str) -> None:
    broken = credential()
    del broken["credentialSubject"][key]
    answer = post(PATH, [credential(), broken])
    assert (answer.status_code, answer.json()) == (422, {"detail": [missing(1, "credentialSubject", key)]})


@pytest.mark.parametrize("item", [{}, None, 5, "text", []])
def test_a_credential_without_a_subject_is_422(item: Any) -> None:
    answer = post(PATH, [item])
    assert (answer.status_code, answer.json()) == (422, {"detail": [missing(0, "credentialSubject")]})


@pytest.mark.parametrize("subject", [None, 5, "text", [], {}])
def test_a_subject_without_keys_is_422(subject: Any) -> None:
    answer = post(PATH, [{"credentialSubject": subject}])
    due = [missing(0, "credentialSubject", key) for key in ("hash", "provider", "id")]
    assert (answer.status_code, answer.json()) == (422, {"detail": due})


@pytest.mark.parametrize("value", [1, True, [], {}])
def test_a_key_that_is_no_text_is_422(value: Any) -> None:
    (entry,) = post(PATH, [credential(provider=value)]).json()["detail"]
    assert entry == {
        "type": "string_type",
        "loc": ["body", "payload", 0, "credentialSubject", "provider"],
        "msg": "Input should be a valid string",
    }


def test_a_body_that_is_no_array_is_422() -> None:
    (entry,) = post(PATH, credential()).json()["detail"]
    assert entry == {"type": "list_type", "loc": ["body", "payload"], "msg": "Input should be a valid list"}


@pytest.mark.parametrize("text", ["nope", "[NaN]", '["\\ud800"]', "[" * 100_000])
def test_a_body_that_is_no_json_is_400(text: str) -> None:
    answer = post(PATH, text)
    assert (answer.status_code, answer.json()) == (400, {"detail": "Cannot parse request body"})


@pytest.mark.parametrize("token", ["", "wrong", "Bearer development-internal-token"])
def test_another_token_is_401_whatever_the_body(token: str) -> None:
    answer = post(PATH, "nope", token=token)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})


def test_whatever_else_goes_wrong_is_500(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(managers, "find_bans", lambda **_: 1 / 0)
    answer = post(PATH, [credential()])
    assert (answer.status_code, answer.json()) == (500, {"detail": "Failed to check bans"})
