"""No input makes the check raise, and no single change of what is signed goes unnoticed."""

import copy
import math
from collections import UserDict
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.unit.scoring.proof_samples import (
    Path_,
    ed25519,
    eip712,
    fault_of,
    part_at,
    paths,
    replaced,
    types_of,
    without,
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(["string", "string[]", "did:x:y", "Document", "2026-01-01T00:00:00Z", "0x00"]),
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.dictionaries(st.text(max_size=4) | st.sampled_from(["type", "name", "id", "@context"]), parts, max_size=3)
    ),
    max_leaves=8,
)
SAMPLES = [eip712(), eip712(hash="v0.0.0:abc="), ed25519(), ed25519(hash="v0.0.0:abc=")]
UNSIGNED = {("proof", "proofValue"), ("proof", "jws")}

samples = st.sampled_from(SAMPLES)
usually = settings(deadline=None)
often = settings(max_examples=500, deadline=None)


@given(JSON)
@usually
def test_it_never_raises_on_any_json(value: Any) -> None:
    assert isinstance(fault_of(value), str)


@given(samples, st.data(), JSON)
@often
def test_it_never_raises_on_a_credential_with_any_part_replaced(
    credential: dict[str, Any], data: st.DataObject, value: Any
) -> None:
    path = data.draw(st.sampled_from([path for path in paths(credential) if path]))

    assert isinstance(fault_of(replaced(credential, path, value)), str | None)


@given(samples, st.data(), JSON)
@often
def test_a_changed_part_of_what_is_signed_is_refused(
    credential: dict[str, Any], data: st.DataObject, value: Any
) -> None:
    path = data.draw(st.sampled_from(_signed_paths(credential)))
    assume(not _same(value, part_at(credential, path)))

    assert fault_of(replaced(credential, path, value)) is not None


@given(samples, st.data(), st.text(max_size=3), st.integers(0, 60))
@often
def test_an_edited_text_is_refused(
    credential: dict[str, Any], data: st.DataObject, insertion: str, position: int
) -> None:
    texts = [path for path in _signed_paths(credential) if isinstance(part_at(credential, path), str)]
    path = data.draw(st.sampled_from(texts))
    text = part_at(credential, path)
    edited = data.draw(
        st.sampled_from(
            [text[:position] + insertion + text[position:], text.upper(), text.lower(), text[1:], text[:-1]]
        )
    )
    # A text may be edited into another spelling of the same date: that is the one thing that the proof forgives.
    assume(edited != text and not (path[-1] == "created" and edited.strip().upper() == text))

    assert fault_of(replaced(credential, path, edited)) is not None


@given(samples, st.data())
@usually
def test_a_removed_part_of_what_is_signed_is_refused(credential: dict[str, Any], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(_signed_paths(credential)))
    # The one type that has a default, which is what it says here.
    assume(path[-1] != "EIP712Domain")

    assert fault_of(without(credential, path)) is not None


@given(samples, st.data())
@usually
def test_two_swapped_values_are_refused(credential: dict[str, Any], data: st.DataObject) -> None:
    one, other = data.draw(st.lists(st.sampled_from(_signed_paths(credential)), min_size=2, max_size=2))
    first, second = part_at(credential, one), part_at(credential, other)
    assume(not _same(first, second) and one[: len(other)] != other and other[: len(one)] != one)

    assert fault_of(replaced(replaced(credential, one, second), other, first)) is not None


@given(samples, st.data(), st.text(max_size=4).map("x{}".format), JSON)
@usually
def test_an_added_member_is_refused(credential: dict[str, Any], data: st.DataObject, name: str, value: Any) -> None:
    objects = [path for path in [(), *_signed_paths(credential)] if isinstance(part_at(credential, path), dict)]
    path = data.draw(st.sampled_from([path for path in objects if not _is_within_types(path)]))

    assert fault_of(replaced(credential, (*path, name), value)) is not None


@pytest.mark.parametrize("credential", SAMPLES)
def test_all_samples_hold(credential: dict[str, Any]) -> None:
    assert fault_of(credential) is None


@pytest.mark.parametrize("credential", SAMPLES)
def test_any_mapping_may_be_a_credential(credential: dict[str, Any]) -> None:
    assert fault_of(UserDict(credential)) is None


@pytest.mark.parametrize("depth", [40, 2_000, 100_000])
@pytest.mark.parametrize("path", [("credentialSubject",), ("proof",), ("proof", "eip712Domain", "types"), ("extra",)])
def test_deep_nesting_is_refused_without_a_crash(depth: int, path: Path_) -> None:
    nested: Any = "x"
    for _ in range(depth):
        nested = {"a": nested}
    credential = copy.copy(SAMPLES[0])
    if len(path) > 1:
        credential = copy.deepcopy(credential)
    part_at(credential, path[:-1])[path[-1]] = nested

    assert isinstance(fault_of(credential), str)


def test_deep_types_are_refused_without_a_crash() -> None:
    credential = eip712()
    types_of(credential)["Document"][0]["type"] = "string" + "[]" * 20_000
    assert isinstance(fault_of(credential), str)

    types_of(credential)["Document"][0]["type"] = "string" + "[]" * 100
    assert isinstance(fault_of(credential), str)


@pytest.mark.parametrize("value", [None, [], "x", 7, math.nan, object(), {1: 2}, b"x"])
def test_what_is_no_json_object_is_refused(value: Any) -> None:
    assert isinstance(fault_of(value), str)


def _signed_paths(credential: dict[str, Any]) -> list[Path_]:
    """All paths, but those of the signature and of what surrounds it."""
    return [path for path in paths(credential) if path and path not in UNSIGNED]


def _is_within_types(path: Path_) -> bool:
    """A type that nothing uses may be added there, and a member's members count for nothing."""
    return path[:3] == ("proof", "eip712Domain", "types")


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other
