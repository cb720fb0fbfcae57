"""Forged, replayed, respelled, re-filed and exploding credentials (tests/security/test_hostile_credentials.py)."""

from tools.prove.section import Run, section

CREDENTIALS = 10_000


@section("hostile credentials", "No hostile credential counts, and none costs more than its budget.")
def hostile_credentials(run: Run) -> None:
    environment = {"PROVE_CREDENTIALS": str(run.number(CREDENTIALS, least=500)), "PROVE_SEED": str(run.seed)}
    run.pytest("tests/security/test_hostile_credentials.py", "tests/unit/scoring/test_proof_budget.py",
               environment=environment)  # fmt: skip
