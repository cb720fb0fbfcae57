import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from apps.registry.scoring.proofs import proof_fault
from tests.unit.scoring.proof_samples import RECORDED, ed25519, eip712
from tools.issuing import InvalidKey, IssuerKey, issue_ed25519, issue_eip712

ADDRESS = "0x" + "a1" * 20


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "issuer.key"


def issue(key_file: Path, *options: str, address: str = ADDRESS, provider: str = "Google") -> dict[str, Any]:
    out = StringIO()
    arguments = ["--address", address, "--provider", provider, "--key-file", str(key_file), *options]
    call_command("issue_stamp", *arguments, stdout=out, stderr=StringIO())
    issued: dict[str, Any] = json.loads(out.getvalue())
    return issued


@pytest.mark.parametrize("kind", [[], ["--ed25519"]])
@pytest.mark.parametrize("value", [[], ["--nullifier", "v0:a", "--nullifier", "v1:b"], ["--hash", "v0.0.0:a="]])
def test_its_stamp_holds(key_file: Path, kind: list[str], value: list[str]) -> None:
    issued = issue(key_file, *kind, *value)

    assert proof_fault(issued, now=datetime.now(UTC)) is None
    subject = issued["credentialSubject"]
    assert (subject["id"], subject["provider"]) == (f"did:pkh:eip155:1:{ADDRESS}", "Google")
    if value:
        assert [*subject.get("nullifiers", []), *filter(None, [subject.get("hash")])] == value[1::2]


def test_it_makes_a_new_nullifier_each_time(key_file: Path) -> None:
    first, second = issue(key_file), issue(key_file)

    assert first["credentialSubject"]["nullifiers"] != second["credentialSubject"]["nullifiers"]
    assert first["credentialSubject"]["nullifiers"][0].startswith("v0:")


@pytest.mark.parametrize(("options", "days"), [([], 90), (["--days", "1"], 1), (["--days", "-3"], -3)])
def test_its_stamp_expires_after_the_days(key_file: Path, options: list[str], days: int) -> None:
    issued = issue(key_file, *options)

    lifetime = datetime.fromisoformat(issued["expirationDate"]) - datetime.fromisoformat(issued["issuanceDate"])
    assert lifetime == timedelta(days=days)


def test_it_makes_the_key_once_for_its_owner_only(key_file: Path) -> None:
    first = issue(key_file)
    digits = key_file.read_text()

    assert key_file.stat().st_mode & 0o777 == 0o600
    assert issue(key_file)["issuer"] == first["issuer"] == IssuerKey.from_hex(digits).did
    assert issue(key_file, "--ed25519")["issuer"] == IssuerKey.from_hex(digits).ed25519_did
    assert key_file.read_text() == digits


def test_only_the_credential_is_on_standard_output(key_file: Path) -> None:
    out, err = StringIO(), StringIO()
    arguments = ["--address", ADDRESS, "--provider", "Google", "--key-file", str(key_file)]
    call_command("issue_stamp", *arguments, stdout=out, stderr=err)

    issuer = json.loads(out.getvalue())["issuer"]
    assert issuer in err.getvalue()


@pytest.mark.parametrize("development", [False, None, "on", 1])
def test_it_refuses_to_run_outside_development(settings: Settings, key_file: Path, development: Any) -> None:
    settings.DEVELOPMENT = development

    with pytest.raises(CommandError, match="in development only"):
        issue(key_file)
    assert not key_file.exists()


def test_it_refuses_to_run_where_the_setting_is_missing(settings: Settings, key_file: Path) -> None:
    del settings.DEVELOPMENT

    with pytest.raises(CommandError, match="in development only"):
        issue(key_file)


@pytest.mark.parametrize("content", ["", "xyz", "00" * 32, "ff" * 32, "01" * 31])
def test_a_file_without_a_key_is_refused(key_file: Path, content: str) -> None:
    key_file.parent.mkdir()
    key_file.write_text(content)

    with pytest.raises(CommandError, match="holds no issuer key"):
        issue(key_file)


def test_a_key_file_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(CommandError, match="cannot be used as a key file"):
        issue(tmp_path / "file" / "issuer.key")


@pytest.mark.parametrize("address", ["", "0x12", "vitalik.eth", ADDRESS + "0"])
def test_it_refuses_what_is_no_address(key_file: Path, address: str) -> None:
    with pytest.raises(CommandError, match="not an Ethereum address"):
        issue(key_file, address=address)


@pytest.mark.parametrize(
    "address", ["0x36015A5c7629832f2BEb05d2d3079b1EA545A3Ac", "36015a5c7629832f2beb05d2d3079b1ea545a3ac"]
)
def test_it_writes_the_address_in_its_one_form(key_file: Path, address: str) -> None:
    holder = issue(key_file, address=address)["credentialSubject"]["id"]

    assert holder == "did:pkh:eip155:1:0x36015a5c7629832f2beb05d2d3079b1ea545a3ac"


@pytest.mark.parametrize("options", [["--days", "9999999"], ["--days", "99999999999"], ["--ed25519", "--hash", "abc"]])
def test_it_refuses_what_cannot_be_signed(key_file: Path, options: list[str]) -> None:
    with pytest.raises(CommandError, match="cannot be issued"):
        issue(key_file, *options)


@pytest.mark.parametrize("options", [["--hash", ""], ["--nullifier", ""]])
def test_it_refuses_an_empty_value(key_file: Path, options: list[str]) -> None:
    with pytest.raises(CommandError, match="must not be empty"):
        issue(key_file, *options)
    with pytest.raises(CommandError, match="must not be empty"):
        issue(key_file, provider="")


@pytest.mark.parametrize(
    ("issued", "kind", "label"),
    [
        (eip712(nullifiers=["v0:a"]), "eip712 issued", "nullifiers"),
        (eip712(hash="v0.0.0:a"), "eip712 issued", "hash"),
        (ed25519(hash="v0.0.0:a"), "ed25519 issued", ""),
    ],
)
def test_an_issued_credential_has_the_shape_of_the_recorded_ones(issued: dict[str, Any], kind: str, label: str) -> None:
    entries = (entry for entry in RECORDED if entry["kind"] == kind and label in entry["label"])
    recorded = next(entries)["credential"]

    assert shape(issued) == shape(recorded)
    assert issued["proof"].get("eip712Domain") == recorded["proof"].get("eip712Domain")
    assert issued["credentialSubject"]["@context"] == recorded["credentialSubject"]["@context"]


@pytest.mark.parametrize("issuing", [issue_eip712, issue_ed25519])
@pytest.mark.parametrize("value", [{}, {"hash": "v0:a", "nullifiers": ["v0:a"]}])
def test_a_credential_has_a_hash_or_nullifiers(issuing: Any, value: dict[str, Any]) -> None:
    now = datetime.now(UTC)
    with pytest.raises(ValueError, match="either nullifiers or a hash"):
        issuing(key=IssuerKey.generate(), address=ADDRESS, provider="Google", issued_at=now, expires_at=now, **value)


def test_a_key_survives_its_digits_and_does_not_print_them() -> None:
    key = IssuerKey.generate()

    assert IssuerKey.from_hex(key.to_hex()) == IssuerKey.from_hex(f" 0x{key.to_hex()}\n") == key
    assert key.to_hex() not in repr(key)
    assert IssuerKey.generate() != key


@pytest.mark.parametrize("text", ["", "x", "00" * 32, "ff" * 33, "ff" * 32])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidKey):
        IssuerKey.from_hex(text)


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    return [shape(part) for part in value] if isinstance(value, list) else type(value)
