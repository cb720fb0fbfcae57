"""The files of ban lists, revocation lists and address lists, line by line (contract, 6.2 to 6.4). No database."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from apps.account.address_lists import parse_address_list
from apps.ceramic_cache.bans.csv_file import BanEntry, parse_ban_list
from apps.ceramic_cache.bans.targets import BanTarget
from apps.ceramic_cache.revocations.csv_file import parse_revocation_list
from scorer_v2.operations import csv_files
from scorer_v2.operations.csv_files import (
    ParsedFile,
    RejectedLine,
    UnreadableFile,
    csv_lines,
    read_records,
    rejected_lines_file,
)
from scorer_v2.primitives.ethereum_addresses import checksummed
from tests.factories.addresses import address

A, B = address(0xA), address(0xB)
MIXED = f"0x{checksummed('fb6916095ca1df60bb79ce92ce3ea74c37c5d359')}"
BAN_HEADER = "type,provider,hash,address,end_time"

ACCOUNT_BAN = BanEntry(BanTarget("account", address=A))

Parser = Callable[[bytes], ParsedFile[Any]]


def entries(parsed: ParsedFile[Any]) -> list[Any]:
    assert not parsed.rejected
    return list(parsed.entries)


def rejected(parsed: ParsedFile[Any]) -> list[tuple[int, str]]:
    return [(line.line, line.reason) for line in parsed.rejected]


@pytest.mark.parametrize(
    "text",
    [
        f"{BAN_HEADER}\n,,,{A},\n",
        f"{BAN_HEADER}\r\naccount,,,{A},null\r\n",
        f"{BAN_HEADER}\raccount,,,{A},\r",
        f"\ufeff{BAN_HEADER}\naccount,,,{A},",
        f'"type","provider","hash","address","end_time"\n"account","","","{A}",""',
        f" Type , Provider,hash , ADDRESS,end_time\n account , ,, {A} , NULL \n",
        f"address,end_time,hash,provider,type,comment\n{A},,,,account,who knows",
        f"\n\n{BAN_HEADER}\n\n  \n,,,,\n,,,{A},\n\n",
        f"account,,,{A},\n",
        f",,,{A},,",
        f"{BAN_HEADER}\n,,,{A.upper().replace('X', 'x')},\n",
        f"{BAN_HEADER}\n,,,{A.upper()},\n",
    ],
    ids=[
        "plain",
        "Windows line ends",
        "old Mac line ends",
        "byte order mark",
        "quoted",
        "spaces and capitals",
        "other columns and order",
        "blank lines",
        "no header",
        "no header, with a reason column",
        "address in capitals",
        "prefix in capitals",
    ],
)
def test_a_ban_list_is_read_in_every_form(text: str) -> None:
    assert entries(parse_ban_list(text.encode())) == [ACCOUNT_BAN]


def test_the_type_of_a_ban_follows_from_what_is_filled_in() -> None:
    text = f"{BAN_HEADER}\n,,,{A},\n,Google,,{A},\n,,v0:abc,,\nhash,,v0:def,,\nsingle_stamp,Github,,{MIXED},\n"
    assert [entry.target for entry in entries(parse_ban_list(text.encode()))] == [
        BanTarget("account", address=A),
        BanTarget("single_stamp", address=A, provider="Google"),
        BanTarget("hash", hash="v0:abc"),
        BanTarget("hash", hash="v0:def"),
        BanTarget("single_stamp", address=MIXED.lower(), provider="Github"),
    ]


def test_a_hash_ban_without_a_header_is_no_header() -> None:
    assert entries(parse_ban_list(b"hash,,v0:abc,,")) == [BanEntry(BanTarget("hash", hash="v0:abc"))]


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("", None),
        ("null", None),
        ("2030-01-02T03:04:05Z", datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2030-01-02T05:04:05+02:00", datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2030-01-02 03:04:05", datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2030-01-02", datetime(2030, 1, 2, tzinfo=UTC)),
    ],
)
def test_the_end_of_a_ban_is_iso_or_none(text: str, due: datetime | None) -> None:
    assert [entry.end_time for entry in entries(parse_ban_list(f"{BAN_HEADER}\n,,,{A},{text}".encode()))] == [due]


def test_the_reason_of_a_ban_is_read_where_there_is_a_column_of_them() -> None:
    text = f"{BAN_HEADER},reason\n,,,{A},,sybil\n,,,{B},,\n"
    assert [entry.reason for entry in entries(parse_ban_list(text.encode()))] == ["sybil", None]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",,,,2030-01-01", "Nothing is banned"),
        (",Google,,,", "for an address only"),
        (",Google,v0:abc,,", "by itself"),
        (f",,v0:abc,{A},", "by itself"),
        (f",Google,v0:abc,{A},", "by itself"),
        (",,,0x12,", "not an Ethereum address"),
        (f",,,{MIXED[:-1]}A,", "not an Ethereum address"),
        (f",,,{MIXED.swapcase().replace('X', 'x')},", "checksum is wrong"),
        (f",,,{A[2:]},", "no 0x in front"),
        (f",,,{A},tomorrow", "not an ISO date"),
        (f"hash,,,{A},", "makes it 'account'"),
        (f"nonsense,,,{A},", "makes it 'account'"),
        (f",{'p' * 257},,{A},", "provider is longer than 256"),
        (f",,{'h' * 101},,", "hash is longer than 100"),
        (f",\0,,{A},", "cannot be stored"),
        (f",,,{A}", "4 cells"),
        (f",,,{A},,,,more", "8 cells"),
    ],
)
def test_a_line_that_is_no_ban_is_reported_with_number_and_reason(line: str, reason: str) -> None:
    parsed = parse_ban_list(f"{BAN_HEADER}\n,,,{B},\n\n{line}\n".encode())
    assert len(parsed.entries) == 1
    ((number, said),) = rejected(parsed)
    assert number == 4
    assert reason in said


def test_a_line_that_repeats_an_earlier_one_is_a_duplicate() -> None:
    text = f"{BAN_HEADER}\n,,,{A},\n,,,{A.upper()},\n,,,{A},2030-01-01\n,Google,,{A},"
    parsed = parse_ban_list(text.encode())
    assert len(parsed.entries) == 2
    assert parsed.lines == (2, 5)
    assert rejected(parsed) == [(3, "It repeats line 2."), (4, "It repeats line 2, with other details.")]
    assert not parsed.invalid


def test_a_ban_list_that_lacks_a_column_is_refused_with_the_columns_it_has() -> None:
    with pytest.raises(UnreadableFile, match=r"no column end_time\. Detected 4 columns: \['type'"):
        parse_ban_list(f"type,provider,hash,address\n,,,{A}".encode())


def test_a_column_that_is_there_twice_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="more than once"):
        parse_ban_list(f"{BAN_HEADER},address\n,,,{A},,{B}".encode())


@pytest.mark.parametrize("parse", [parse_ban_list, parse_revocation_list, parse_address_list])
@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "empty"), (b"\xef\xbb\xbf\r\n , \n", "empty"), (b"address\n\xff\xfe", "not UTF-8 text, at byte 9")],
)
def test_a_file_that_cannot_be_read_is_refused(parse: Parser, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        parse(data)


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "MOST_BYTES", 10)
    with pytest.raises(UnreadableFile, match="larger"):
        parse_address_list(f"{A}\n".encode())


@pytest.mark.parametrize(
    "text",
    [
        "proof_value\n0xp\n0xq\n",
        "\ufeffproof_value\r\n0xp\r\n\r\n0xq\r\n",
        "id, Proof_Value ,note\n1, 0xp ,\n2,0xq,x",
        "0xp\n0xq",
    ],
    ids=["plain", "byte order mark, Windows, blank line", "other columns", "no header"],
)
def test_a_revocation_list_is_read_in_every_form(text: str) -> None:
    assert entries(parse_revocation_list(text.encode())) == ["0xp", "0xq"]


def test_the_lines_of_a_revocation_list_that_are_not_used_are_reported() -> None:
    parsed = parse_revocation_list(f"id,proof_value\n1,0xp\n2,\n3\n4,{'p' * 257}\n5,0xp\n".encode())
    assert parsed.entries == ("0xp",)
    assert rejected(parsed) == [
        (3, "The line has no proof value."),
        (4, "The line has no proof value."),
        (5, "The proof value is longer than 256 characters."),
        (6, "It repeats line 2."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"{A}\n{MIXED}\n",
        f"\ufeff{A}\r\n\r\n{MIXED}\r\n",
        f"address\n{A}\n{MIXED}",
        f"Address,name\n {A} ,x\n{MIXED.lower()},y",
    ],
    ids=["plain", "byte order mark, Windows, blank line", "header", "spaces and other columns"],
)
def test_an_address_list_is_read_in_every_form(text: str) -> None:
    assert entries(parse_address_list(text.encode())) == [A, MIXED.lower()]


def test_the_lines_of_an_address_list_that_are_not_used_are_reported() -> None:
    parsed = parse_address_list(f"{A}\nnobody\n,{B}\n{B[2:]}\n{A.upper()}\n{B[:-1]}\n".encode())
    assert parsed.entries == (A,)
    assert [line for line, _ in rejected(parsed)] == [2, 3, 4, 5, 6]
    assert [line.line for line in parsed.duplicates] == [5]


def test_a_quoted_cell_over_several_lines_does_not_shift_the_numbers() -> None:
    parsed = parse_ban_list(f'{BAN_HEADER},reason\n,,,{A},,"one\ntwo"\n,,,nobody,,\n'.encode())
    assert [line for line, _ in rejected(parsed)] == [4]


def test_the_lines_that_are_not_used_come_as_a_file() -> None:
    parsed = parse_address_list(f"{A}\nno-body,x\n{A}\n".encode())
    assert "".join(rejected_lines_file(parsed)) == (
        "line,reason,content\n"
        "2,\"'no-body' is not an Ethereum address, or its checksum is wrong.\",no-body,x\n"
        f"3,It repeats line 1.,{A}\n"
    )


FORMULAS = ["=1+1", "+1+1", "-cmd|' /C calc'!A0", "@SUM(A1)", "\tx", "\rx", "\nx", "'=1+1", "''@a", "=", "-"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_written_as_text(text: str) -> None:
    (line,) = csv_lines([("Google", text)])
    (cells,) = csv.reader(io.StringIO(line, newline=""))
    assert cells == ["Google", f"'{text}"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_that_was_written_is_read_as_it_was(text: str) -> None:
    (record,) = read_records("".join(csv_lines([("Google", text)])).encode())
    assert record.cells == ("Google", text)


@pytest.mark.parametrize(
    ("value", "written"),
    [(-1, "-1"), (Decimal("-1.50"), "-1.50"), ("-1.5", "-1.5"), ("+7", "+7"), ("-1E-7", "-1E-7"), (None, "")],
)
def test_a_number_stays_a_number(value: Any, written: str) -> None:
    assert list(csv_lines([("a", value)])) == [f"a,{written}\n"]


@pytest.mark.parametrize("text", ["plain", "'quoted'", "0x1", "a=b", "did:key:z6Mk", ""])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert list(csv_lines([("a", text)])) == [f"a,{text}\n"]


def test_lines_that_are_not_used_are_no_formulas_either() -> None:
    file: ParsedFile[str] = ParsedFile(invalid=(RejectedLine(3, "No address.", ("=1+1", "-2")),))
    assert list(rejected_lines_file(file))[1] == "3,No address.,'=1+1,-2\n"
