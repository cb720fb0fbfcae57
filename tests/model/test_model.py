"""The service against a model that knows the contract alone: whatever happens, both say the same.

`PROVE_EXAMPLES` and `PROVE_STEPS` make it longer, and `PROVE_SEED` replays it.
"""

import os
import secrets

import hypothesis
import pytest
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis.stateful import run_state_machine_as_test

from tests.model.scorer_machine import ScorerMachine

EXAMPLES, STEPS = int(os.environ.get("PROVE_EXAMPLES", "6")), int(os.environ.get("PROVE_STEPS", "25"))


@pytest.mark.usefixtures("scoring_world")
def test_the_service_says_what_the_contract_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: ScorerMachine.now)
    hypothesis.seed(int(os.environ.get("PROVE_SEED") or secrets.randbits(32)))(ScorerMachine)
    run_state_machine_as_test(
        ScorerMachine,
        settings=hypothesis.settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    ScorerMachine.figures.leave_for_section()
