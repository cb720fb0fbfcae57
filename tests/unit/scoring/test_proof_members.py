"""The members that the data model knows, in the forms that a proof reads.

The readers are made when their module is imported. These tests import it anew, so that a change of what makes the
readers shows here, too, when tests run in a process that has imported it before (`make mutants`).
"""

import importlib.util
from types import ModuleType
from typing import Any

import pytest

from apps.registry.scoring import signed_credentials
from tests.unit.scoring.proof_samples import eip712

LIST = "a list was expected"
TEXT = "a text was expected"
URI = "a URI was expected"
OBJECT = "an object was expected"
LACKS = "an object lacks a member"
REFERENCE = {"id": "a:b", "type": "T"}


@pytest.fixture
def fresh() -> ModuleType:
    """The module as a new process has it."""
    spec = importlib.util.find_spec(signed_credentials.__name__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(fresh: ModuleType, name: str, value: Any) -> Any:
    """The member of a credential as it is read, or the reason why not."""
    try:
        return fresh.read_credential({**eip712(), name: value}).document[name]
    except fresh.InvalidProof as fault:
        return str(fault)


@pytest.mark.parametrize("name", ["credentialSchema", "refreshService"])
@pytest.mark.parametrize(
    ("value", "due"),
    [
        (REFERENCE, REFERENCE),
        ([REFERENCE], [REFERENCE]),
        ([], []),
        ({**REFERENCE, "more": None}, {**REFERENCE, "more": None}),
        ([REFERENCE, {"id": "a:b"}], LACKS),
        ({"id": "a:b", "type": None}, LACKS),
        ({"id": "ab", "type": "T"}, URI),
        ({"id": "a:b", "type": 7}, TEXT),
        ("x", OBJECT),
        (["x"], OBJECT),
    ],
)
def test_one_reference_or_several(fresh: ModuleType, name: str, value: Any, due: Any) -> None:
    assert read(fresh, name, value) == due


@pytest.mark.parametrize(
    ("value", "due"),
    [(REFERENCE, REFERENCE), ([REFERENCE], OBJECT), ({"type": "T"}, LACKS), ({"id": "a:b"}, LACKS), ({}, LACKS)],
)
def test_one_reference(fresh: ModuleType, value: Any, due: Any) -> None:
    assert read(fresh, "credentialStatus", value) == due


@pytest.mark.parametrize(
    ("value", "due"),
    [
        ([REFERENCE], [REFERENCE]),
        ([{"type": "T"}], [{"type": "T"}]),
        ([{"id": None, "type": "T"}], [{"type": "T"}]),
        ([], []),
        ([{"id": "a:b"}], LACKS),
        ([{"id": "ab", "type": "T"}], URI),
        ([{"type": 7}], TEXT),
        (["x"], OBJECT),
        (REFERENCE, LIST),
        ("x", LIST),
    ],
)
def test_terms_of_use_are_a_list(fresh: ModuleType, value: Any, due: Any) -> None:
    assert read(fresh, "termsOfUse", value) == due


@pytest.mark.parametrize(
    ("value", "due"),
    [
        ({"type": ["T"]}, {"type": ["T"]}),
        ([{"id": "no colon", "type": ["T", "U"]}], [{"id": "no colon", "type": ["T", "U"]}]),
        ({"id": "x"}, LACKS),
        ({"type": "T"}, LIST),
        ({"type": [7]}, TEXT),
        ({"type": ["T"], "id": 7}, TEXT),
        ("x", OBJECT),
    ],
)
def test_evidence_has_a_list_of_types(fresh: ModuleType, value: Any, due: Any) -> None:
    assert read(fresh, "evidence", value) == due


@pytest.mark.parametrize("name", ["credentialStatus", "termsOfUse", "evidence", "id", "expirationDate"])
def test_null_counts_as_missing(fresh: ModuleType, name: str) -> None:
    assert name not in fresh.read_credential({**eip712(), name: None}).document


@pytest.mark.parametrize("name", ["@context", "type", "credentialSubject", "issuer", "issuanceDate", "proof"])
@pytest.mark.parametrize("value", [None, ...])
def test_what_must_be_there_is_named(fresh: ModuleType, name: str, value: Any) -> None:
    credential = {**eip712(), name: value}
    if value is ...:
        del credential[name]
    with pytest.raises(fresh.InvalidProof, match=f"^the credential has no {name}$"):
        fresh.read_credential(credential)
