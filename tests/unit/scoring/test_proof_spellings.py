"""A proof whose signature is not in its one canonical form does not hold (D24)."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.registry.scoring.proof_values import ED25519_ORDER, NON_CANONICAL
from tests.unit.scoring.proof_samples import (
    base64url_bytes,
    base64url_text,
    ed25519,
    eip712,
    fault_of,
    high_s,
    replaced,
)

EIP712 = eip712()
ED25519 = ed25519(hash="v0.0.0:abc=")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def with_value(value: Any) -> dict[str, Any]:
    return replaced(EIP712, ("proof", "proofValue"), value)


def with_jws(value: Any) -> dict[str, Any]:
    return replaced(ED25519, ("proof", "jws"), value)


def with_last_byte(change: Callable[[int], int]) -> Callable[[str], str]:
    return lambda value: f"{value[:-2]}{change(int(value[-2:], 16)):02x}"


EIP712_SPELLINGS: dict[str, Callable[[str], Any]] = {
    "upper case": lambda value: "0x" + value[2:].upper(),
    "one capital digit": lambda value: value[:-1] + value[-1].upper(),
    "0X": lambda value: "0X" + value[2:],
    "no 0x": lambda value: value[2:],
    "high s": high_s,
    "recovery id alone": with_last_byte(lambda last: last - 27),
    "27 more": with_last_byte(lambda last: last + 27),
    "bytes after its end": lambda value: value + "00",
    "half a byte after its end": lambda value: value + "0",
    "a line feed after its end": lambda value: value + "\n",
    "a blank before": lambda value: " " + value,
    "digits of another script": lambda value: value[:-2] + "\uff11b",
    "in a list": lambda value: [value],
    "a number": lambda value: int(value, 16),
    "nothing": lambda _: None,
}


@pytest.mark.parametrize("spelling", EIP712_SPELLINGS)
def test_an_eip712_signature_in_another_spelling_is_refused(spelling: str) -> None:
    value = EIP712["proof"]["proofValue"]
    respelled = EIP712_SPELLINGS[spelling](value)
    assert respelled != value

    assert fault_of(with_value(value)) is None
    assert fault_of(with_value(respelled)) in (NON_CANONICAL, "a text was expected")


def high_ed25519_s(jws: str) -> str:
    header, _, encoded = jws.partition("..")
    number = int.from_bytes(base64url_bytes(encoded)[32:], "little") + ED25519_ORDER
    return f"{header}..{base64url_text(base64url_bytes(encoded)[:32] + number.to_bytes(32, 'little'))}"


ED25519_SPELLINGS: dict[str, Callable[[str], Any]] = {
    "padding": lambda jws: jws + "==",
    "another letter": lambda jws: jws + "A",
    "a letter less": lambda jws: jws[:-1],
    "bits after its end": lambda jws: jws[:-1] + LETTERS[LETTERS.index(jws[-1]) + 1],
    "another header": lambda jws: jws.replace("..", ".e30."),
    "no header": lambda jws: jws[jws.index("..") :],
    "a line feed after its end": lambda jws: jws + "\n",
    "the other base64": lambda jws: jws.replace("-", "+").replace("_", "/") + "=",
    "dots alone": lambda _: "..",
    "an empty text": lambda _: "",
    "a list": lambda jws: [jws],
    "S not below the order": high_ed25519_s,
}


@pytest.mark.parametrize("spelling", ED25519_SPELLINGS)
def test_an_ed25519_signature_in_another_spelling_is_refused(spelling: str) -> None:
    jws = ED25519["proof"]["jws"]

    assert fault_of(with_jws(jws)) is None
    assert fault_of(with_jws(ED25519_SPELLINGS[spelling](jws))) is not None
