import json
from typing import Any

import pytest

from apps.registry.scoring.documents import (
    MAX_DEPTH,
    MAX_DOCUMENT_BYTES,
    MAX_VALUES,
    InvalidDocument,
    check_document,
    parse_document,
)
from tests.unit.scoring.proof_samples import RECORDED, paths


@pytest.mark.parametrize("encode", [str, str.encode])
def test_it_parses_text_and_bytes(encode: Any) -> None:
    assert parse_document(encode('{"a": [1, 2.5, true, null, "é"]}')) == {"a": [1, 2.5, True, None, "é"]}


def test_every_recorded_credential_is_within_the_bounds() -> None:
    for entry in RECORDED:
        assert parse_document(json.dumps(entry["credential"])) == entry["credential"]


@pytest.mark.parametrize("text", ["", "[]", "7", "null", '"x"', "[{}]"])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(InvalidDocument):
        parse_document(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": 1e999}',
        '{"a": "\\ud800"}',
        '{"a": 1,}',
        "{} {}",
        '{"a": 01}',
        "{'a': 1}",
    ],
)
def test_what_is_not_strict_json_is_refused(text: str) -> None:
    with pytest.raises(InvalidDocument, match="not valid JSON"):
        parse_document(text)


@pytest.mark.parametrize("text", ['{"a": "\ud800"}', b'{"a": "\xff"}'])
def test_what_is_no_unicode_is_refused(text: str | bytes) -> None:
    with pytest.raises(InvalidDocument):
        parse_document(text)


def test_numbers_beyond_64_bits_become_floats() -> None:
    parsed = parse_document('{"a": 18446744073709551615, "b": 18446744073709551616}')

    assert parsed == {"a": 2**64 - 1, "b": 2.0**64}
    assert isinstance(parsed["b"], float)


def test_the_last_of_two_members_of_one_name_counts() -> None:
    assert parse_document('{"a": 1, "a": 2}') == {"a": 2}


@pytest.mark.parametrize("filler", ["x", "é", "😀"])
def test_the_size_is_bounded_in_bytes(filler: str) -> None:
    frame = len(b'{"a":""}')
    size = len(filler.encode())
    fitting = filler * ((MAX_DOCUMENT_BYTES - frame) // size)

    assert parse_document(f'{{"a":"{fitting}"}}') == {"a": fitting}
    with pytest.raises(InvalidDocument, match="larger than"):
        parse_document(f'{{"a":"{fitting}{filler}"}}')


def test_the_depth_is_bounded() -> None:
    def nested(depth: int) -> str:
        return '{"a":' * depth + "1" + "}" * depth

    assert parse_document(nested(MAX_DEPTH))
    with pytest.raises(InvalidDocument, match="nested more than"):
        parse_document(nested(MAX_DEPTH + 1))
    with pytest.raises(InvalidDocument, match="depth"):
        parse_document('{"a":' + "[" * 8_000 + "]" * 8_000 + "}")


def test_the_number_of_values_is_bounded() -> None:
    fitting = ["," * 1_000, *[1] * (MAX_VALUES - 5), {"b": "[{,"}]

    assert parse_document(json.dumps({"a": fitting})) == {"a": fitting}
    with pytest.raises(InvalidDocument, match="has more than 512 values"):
        parse_document(json.dumps({"a": [*fitting, None]}))
    with pytest.raises(InvalidDocument, match="has more than 512 values"):
        check_document({str(number): [] for number in range(MAX_VALUES)})


def test_no_recorded_credential_comes_near_a_bound() -> None:
    for entry in RECORDED:
        credential = entry["credential"]
        assert len(json.dumps(credential)) * 7 < MAX_DOCUMENT_BYTES
        assert len(list(paths(credential))) * 4 < MAX_VALUES


def test_lists_count_as_levels() -> None:
    check_document({"a": [[]]})
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]

    with pytest.raises(InvalidDocument, match="nested more than"):
        check_document({"a": deep})
