import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.registry.management.commands import verify_stamps
from apps.registry.scoring.documents import MAX_DOCUMENT_BYTES
from tools.issuing import IssuerKey, issue_eip712

ROOT = Path(__file__).parents[2]


def credential(**changes: Any) -> dict[str, Any]:
    issued_at = datetime.now(UTC) - timedelta(days=1)
    expires_at = issued_at + timedelta(days=90)
    address = "0x" + "a1" * 20
    key = IssuerKey(b"\1" * 32)
    issued = issue_eip712(
        key=key, address=address, provider="Google", issued_at=issued_at, expires_at=expires_at, hash="v0.0.0:a"
    )
    return {**issued, **changes}


def run(file: Path | str, *options: str) -> tuple[int, str]:
    """The command's exit status and what it printed."""
    out = StringIO()
    try:
        call_command("verify_stamps", str(file), *options, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "stamps.json"


def test_it_says_of_each_credential_whether_its_proof_holds(file: Path) -> None:
    file.write_text(json.dumps([credential(), credential(issuer="did:ethr:0x1"), 7]))

    status, printed = run(file)

    assert status == 1
    assert printed.splitlines() == [
        "0: valid",
        "1: invalid: the issuer is no Ethereum account",
        "2: invalid: the document is not a JSON object",
        "credentials: 3, valid: 1, invalid: 2",
    ]


def test_it_succeeds_when_all_hold(file: Path) -> None:
    file.write_text(json.dumps([credential(), credential()]))

    assert run(file) == (0, "0: valid\n1: valid\ncredentials: 2, valid: 2, invalid: 0\n")


def test_it_prints_one_json_list_and_nothing_else(file: Path) -> None:
    file.write_text(json.dumps([credential(), {}]))

    status, printed = run(file, "--json")

    assert status == 1
    assert json.loads(printed) == [
        {"index": 0, "valid": True, "reason": None},
        {"index": 1, "valid": False, "reason": "the credential has no @context"},
    ]


def test_an_empty_list_is_an_empty_list(file: Path) -> None:
    file.write_text(" [ ] ")

    assert run(file) == (0, "credentials: 0, valid: 0, invalid: 0\n")
    assert run(file, "--json") == (0, "[]\n")


@pytest.mark.parametrize("beside", [{}, {"kind": "x", "valid": False}, {"proof": None}])
def test_a_credential_may_be_one_member_of_an_object(file: Path, beside: dict[str, Any]) -> None:
    file.write_text(json.dumps([{**beside, "credential": credential()}]))

    assert run(file)[0] == 0


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\n\n"])
def test_it_reads_json_lines(file: Path, separator: str) -> None:
    file.write_bytes(separator.join(json.dumps(credential()) for _ in range(3)).encode() + b"\n")

    assert run(file)[1].endswith("credentials: 3, valid: 3, invalid: 0\n")


@pytest.mark.parametrize("indent", [None, 2])
def test_one_object_is_one_credential(file: Path, indent: int | None) -> None:
    file.write_text(json.dumps(credential(), indent=indent))

    assert run(file) == (0, "0: valid\ncredentials: 1, valid: 1, invalid: 0\n")


def test_it_skips_a_byte_order_mark(file: Path) -> None:
    file.write_text(json.dumps([credential()]), encoding="utf-8-sig")

    assert run(file)[0] == 0


def test_a_time_in_the_future_and_an_expiry_in_the_past_differ(file: Path) -> None:
    """Expiry is no part of the proof, creation is."""
    now = datetime.now(UTC)
    arguments: dict[str, Any] = {"key": IssuerKey(b"\1" * 32), "address": "0x" + "a1" * 20, "provider": "Google"}
    expired = issue_eip712(**arguments, hash="v0:a", issued_at=now - timedelta(days=9), expires_at=now)
    early = issue_eip712(**arguments, hash="v0:a", issued_at=now + timedelta(days=1), expires_at=now)
    file.write_text(json.dumps([expired, early]))

    assert [verdict["valid"] for verdict in json.loads(run(file, "--json")[1])] == [True, False]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b" \n ", "is empty"),
        (b"[", "is not valid JSON"),
        (b"[{}] x", "is not valid JSON"),
        (b"[NaN]", "is not valid JSON"),
        (b"{}\n{]\n", "is neither a JSON list nor JSON lines: value 2"),
        (b"hello", "is neither a JSON list nor JSON lines: value 1"),
        (b'[{"a": "\xff"}]', "is not valid UTF-8, at byte 8"),
        (b"[" * 10_000 + b"]" * 10_000, "is not valid JSON: depth limit"),
        (b"\0", "is neither a JSON list nor JSON lines"),
    ],
)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_file_that_is_not_json_is_one_clear_line(file: Path, content: bytes, why: str, options: tuple[str]) -> None:
    file.write_bytes(content)

    status, printed = run(file, *options)

    assert status == 2
    assert why in printed
    assert len(printed.splitlines()) == 1


def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    assert run(tmp_path / "missing") == (2, f"'{tmp_path}/missing' cannot be read: No such file or directory")
    assert run(tmp_path) == (2, f"'{tmp_path}' cannot be read: Is a directory")


def test_a_file_beyond_the_bound_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_stamps, "MAX_FILE_BYTES", 10)
    file.write_bytes(b"[]" + b" " * 8)
    assert run(file)[0] == 0

    file.write_bytes(b"[]" + b" " * 9)
    assert run(file) == (2, f"'{file}' is larger than 10 bytes")


def test_a_large_credential_is_invalid(file: Path) -> None:
    file.write_text(json.dumps([credential(extra="x" * 10_000_000), credential()]))

    status, printed = run(file)

    assert status == 1
    assert printed.splitlines()[:2] == [
        f"0: invalid: the document is larger than {MAX_DOCUMENT_BYTES} bytes",
        "1: valid",
    ]


def test_a_deep_credential_is_invalid(file: Path) -> None:
    file.write_text("[" + '{"a":' * 500 + "1" + "}" * 500 + "]")

    assert run(file)[1].startswith("0: invalid: the document is nested more than")


@pytest.mark.parametrize("separator", [",", "\n"])
def test_each_of_many_elements_is_judged(file: Path, separator: str) -> None:
    elements = separator.join(["{}"] * 100_000)
    file.write_text(f"[{elements}]" if separator == "," else elements)

    status, printed = run(file, "--json")

    assert status == 1
    assert [verdict["index"] for verdict in json.loads(printed)] == list(range(100_000))


def test_it_needs_no_database_and_reads_standard_input() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_stamps", "-", "--json"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere"},
        input=json.dumps(credential()).encode() + b"\n{}\n",
        capture_output=True,
        check=False,
    )

    assert done.returncode == 1, done.stderr
    assert [verdict["valid"] for verdict in json.loads(done.stdout)] == [True, False]


def test_the_process_ends_with_status_2_and_no_traceback() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_stamps", "-"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere"},
        input=b"\xff",
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().strip() == "CommandError: standard input is not valid UTF-8, at byte 0"
