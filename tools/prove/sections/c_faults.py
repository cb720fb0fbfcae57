"""What breaks around the service, one thing after the other (tests/faults), and secrets that cannot be had."""

from tools.prove.section import Run, section


@section("faults", "Database, network, Redis and processes fail: 503 in bounded time, nothing half-written, recovery.")
def faults(run: Run) -> None:
    run.pytest("tests/faults", "tests/lambda_events/test_secrets.py", environment={"PROVE": "1"})
