"""The canonical form that is computed directly, against a JSON-LD library that knows nothing of credentials."""

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld

from apps.registry.scoring.canonical import signing_input
from apps.registry.scoring.proof_errors import InvalidProof
from apps.registry.scoring.signed_credentials import read_credential
from tests.unit.scoring.proof_contexts import CREDENTIALS_V1
from tests.unit.scoring.proof_samples import RECORDED, ed25519

ISSUED = [entry["credential"] for entry in RECORDED if entry["kind"] == "ed25519 issued"]
PLAIN_TEXT = st.text(st.characters(exclude_categories=["C"], exclude_characters='"\\'), max_size=20)


@pytest.mark.parametrize("credential", ISSUED)
def test_it_is_the_librarys_for_the_recorded_credentials(credential: dict[str, Any]) -> None:
    assert signing_input(read_credential(credential)) == _by_library(credential)


@pytest.mark.parametrize(
    "nullifiers",
    [
        [],
        ["v0:a"],
        ["v0:a", "v1:b"],
        ["v1:b", "v0:a"],
        ["v0:a", "v0:a"],
        ["a", "b", "a"],
        ["", "✓ é 😀"],
        [f"v{n}" for n in range(12)],
    ],
)
def test_it_is_the_librarys_for_lists_of_nullifiers(nullifiers: list[str]) -> None:
    credential = ed25519(nullifiers=nullifiers)

    assert signing_input(read_credential(credential)) == _by_library(credential)


@given(provider=PLAIN_TEXT, value=st.lists(PLAIN_TEXT, unique=True, max_size=6) | PLAIN_TEXT.map("v0:x{}".format))
@settings(max_examples=60, deadline=None)
def test_it_is_the_librarys_for_any_plain_texts(provider: str, value: list[str] | str) -> None:
    form = {"hash": value} if isinstance(value, str) else {"nullifiers": value}
    credential = ed25519(provider=provider, **form)

    assert signing_input(read_credential(credential)) == _by_library(credential)


@pytest.mark.parametrize("name", ["context", "contexts", "type", "types", "no date"])
def test_it_is_the_librarys_for_other_spellings_of_the_same(name: str) -> None:
    credential = ed25519(hash="v0.0.0:abc=")
    subject = credential["credentialSubject"]
    match name:
        case "context":
            credential["@context"] = credential["@context"][0]
            subject["@context"] = subject["@context"][0]
        case "contexts":
            credential["@context"] *= 2
        case "type":
            credential["type"] = "VerifiableCredential"
        case "types":
            credential["type"] *= 2
        case _:
            del credential["expirationDate"]

    assert signing_input(read_credential(credential)) == _by_library(credential)


def test_cells_of_a_list_that_look_the_same_are_refused() -> None:
    with pytest.raises(InvalidProof, match="repeat"):
        ed25519(nullifiers=["a", "b", "b", "b", "c"])


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\nb", "a\0b", "a\x7fb", "a\x85b"])
def test_a_text_that_needs_escapes_is_refused(text: str) -> None:
    with pytest.raises(InvalidProof):
        ed25519(provider=text)
    with pytest.raises(InvalidProof):
        ed25519(nullifiers=[text])
    with pytest.raises(InvalidProof):
        ed25519(hash=f"v0:{text}")


def _by_library(credential: dict[str, Any]) -> bytes:
    document = {name: member for name, member in credential.items() if name != "proof"}
    proof = {name: member for name, member in credential["proof"].items() if name != "jws"}
    proof["@context"] = credential["@context"]
    return sha256(_lines(proof)).digest() + sha256(_lines(document)).digest()


def _lines(document: dict[str, Any]) -> bytes:
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _load}
    lines: str = jsonld.normalize(document, options)
    return lines.encode()


def _load(url: str, _options: object) -> dict[str, Any]:
    assert url == "https://www.w3.org/2018/credentials/v1"
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": CREDENTIALS_V1}
