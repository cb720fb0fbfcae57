"""Requests that nobody should send: generated ones, bombs, bytes that are no HTTP (tests/server, tests/security)."""

from tools.prove.section import Run, section

EXAMPLES = 300
LARGEST_BODY = 4_900_000


@section("bad input", "Whatever is sent is answered as described: no 500, nothing written, nothing large in return.")
def bad_input(run: Run) -> None:
    environment = {"PROVE_EXAMPLES": str(run.number(EXAMPLES, least=20)), "PROVE_BODY_BYTES": str(LARGEST_BODY)}
    tests = ("tests/server/test_openapi.py", "tests/server/test_bad_input.py", "tests/server/test_hard_stamps.py",
             "tests/server/test_web_server.py", "tests/security/test_resources.py")  # fmt: skip
    run.pytest(f"--hypothesis-seed={run.seed}", *tests, environment=environment)
