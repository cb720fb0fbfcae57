from typing import Any

import pytest

from apps.registry.scoring.nullifiers import NullifierError, counting, human_key_of, nullifiers_of


@pytest.mark.parametrize(
    ("subject", "due"),
    [
        ({"nullifiers": ["v0:a", "v1:a"]}, ("v0:a", "v1:a")),
        ({"hash": "v0.0.0:h"}, ("v0.0.0:h",)),
        ({"hash": "v0:h", "nullifiers": ["v0:a"]}, ("v0:h",)),
        ({"nullifiers": ["v0:a", "v0:b", "v0:a"]}, ("v0:a", "v0:b")),
        ({"nullifiers": [None, "v0:a", 7, {"@value": "v0:b"}, ["v0:c"]]}, ("v0:a",)),
        ({"nullifiers": [None]}, ()),
        ({"nullifiers": []}, ()),
        ({"hash": None, "nullifiers": ["v0:a"]}, ()),
        ({"hash": "", "nullifiers": ["v0:a"]}, ("",)),
        ({"nullifiers": ["x" * 100]}, ("x" * 100,)),
    ],
    ids=repr,
)
def test_it_reads_the_hash_or_else_the_list(subject: dict[str, Any], due: tuple[str, ...]) -> None:
    assert nullifiers_of(subject) == due


@pytest.mark.parametrize("listed", ["v0:a", {"@list": ["v0:a"]}, 7, True, None], ids=repr)
def test_it_refuses_nullifiers_that_are_not_a_list(listed: Any) -> None:
    with pytest.raises(NullifierError, match="not a list"):
        nullifiers_of({"nullifiers": listed})


@pytest.mark.parametrize("nullifier", ["x" * 101, "v0:\0", "v0:\ud800", "v0:é\0"], ids=ascii)
def test_it_refuses_a_nullifier_that_cannot_be_stored(nullifier: str) -> None:
    with pytest.raises(NullifierError, match=r"longer|cannot be stored"):
        nullifiers_of({"nullifiers": ["v0:a", nullifier]})
    with pytest.raises(NullifierError, match=r"longer|cannot be stored"):
        nullifiers_of({"hash": nullifier})


def test_only_the_first_generation_counts_unless_the_flag_is_on() -> None:
    nullifiers = ("v1:a", "v0:a", "v0.0.1:b", "V0:c", "v2:a")
    assert counting(nullifiers, multi_nullifier=False) == ("v0:a", "v0.0.1:b")
    assert counting(nullifiers, multi_nullifier=True) == nullifiers


@pytest.mark.parametrize(
    ("subject", "due"),
    [
        ({"nullifiers": ["v0:a", "v1:a"]}, "v1:a"),
        ({"nullifiers": ["v0:a", "", None, 7]}, "v0:a"),
        ({"nullifiers": ["v0:a", "v1:b", "v0:a"]}, "v0:a"),
        ({"nullifiers": ["", None]}, None),
        ({"nullifiers": "v0:a"}, None),
        ({"hash": "v0:h"}, None),
        ({"hash": "v0:h", "nullifiers": ["v1:a"]}, "v1:a"),
    ],
    ids=repr,
)
def test_the_human_key_is_the_last_nullifier_that_is_not_empty(subject: dict[str, Any], due: str | None) -> None:
    assert human_key_of(subject) == due


def test_it_refuses_a_human_key_that_cannot_be_stored() -> None:
    with pytest.raises(NullifierError, match="longer"):
        human_key_of({"hash": "v0:h", "nullifiers": ["x" * 101]})
