"""The recorded credentials, each with the verdict that is due on its proof alone."""

from collections import Counter
from typing import Any

import pytest

from tests.unit.scoring.proof_samples import RECORDED, fault_of


@pytest.mark.parametrize("entry", RECORDED, ids=lambda entry: f"{entry['kind']}: {entry['label']}")
def test_it_gives_the_recorded_verdict(entry: dict[str, Any]) -> None:
    fault = fault_of(entry["credential"])

    assert (fault is None) is entry["valid"], fault


def test_every_refusal_has_a_reason_of_its_own_making() -> None:
    faults = [fault_of(entry["credential"]) for entry in RECORDED if not entry["valid"]]

    assert not [fault for fault in faults if not fault or "could not be checked" in fault]


def test_the_recording_is_complete() -> None:
    counts = Counter(entry["valid"] for entry in RECORDED)

    assert counts == {True: 139, False: 518}
