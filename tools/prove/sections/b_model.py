"""The service against an independent model, step by step (tests/model)."""

from tools.prove.section import Run, section

EXAMPLES, STEPS = 100, 30


@section("model", "The service against a model written from the contract: the same answers and the same rows.")
def model(run: Run) -> None:
    environment = {"PROVE_EXAMPLES": str(run.number(EXAMPLES)), "PROVE_STEPS": str(STEPS), "PROVE_SEED": str(run.seed)}
    run.pytest("tests/model/test_model.py", environment=environment)
