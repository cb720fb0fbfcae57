"""Load from wrk, a process of its own: so many connections, each with one request at a time.

Why wrk: docs/decisions.md.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.bench.figures import Histogram, uncorrected
from tools.bench.requests import Request

SCRIPT = Path(__file__).with_name("load.lua")
MARK = "measured "
MISSING = "The bench sends its load with wrk, which is not installed: apt-get install wrk, or brew install wrk"


@dataclass(frozen=True)
class Load:
    """What wrk saw. `histogram` are microseconds to answers; `errors` are statuses of 400 and above, and no answers."""

    seconds: float
    requests: int
    errors: int
    histogram: Histogram

    @property
    def throughput(self) -> float:
        return self.requests / self.seconds


def require() -> None:
    """Ends the program where there is no wrk."""
    if shutil.which("wrk") is None:
        sys.exit(MISSING)


def run(base_url: str, requests: Sequence[Request], *, connections: int, seconds: int, think_ms: float = 0.0) -> Load:
    """Sends the requests in turn, again from the first after the last. `think_ms`: mean pause before a request."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="ascii") as file:
        file.write(lua_list([request.raw() for request in requests]))
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(SCRIPT), base_url]
        arguments = [file.name, str(think_ms)]
        done = subprocess.run([*command, "--", *arguments], capture_output=True, text=True, check=False)
    line = next((line for line in done.stdout.splitlines() if line.startswith(MARK)), None)
    if done.returncode or line is None:
        raise RuntimeError(f"wrk failed: {done.stdout}{done.stderr}")
    return load_from(json.loads(line.removeprefix(MARK)), connections=connections)


def load_from(measured: dict[str, object], *, connections: int) -> Load:
    """What the script printed."""
    raw, count = dict(map(tuple, measured["histogram"])), int(measured["requests"])  # type: ignore[call-overload]
    seconds = float(measured["seconds"])  # type: ignore[arg-type]
    errors = sum(int(measured[kind]) for kind in ("statuses", "broken", "timeouts"))  # type: ignore[call-overload]
    try:
        histogram = uncorrected(raw, count=count, connections=connections, microseconds=round(seconds * 1e6))
    except ValueError as error:  # another version of wrk: its percentiles are too high, everything else is right
        sys.stderr.write(f"latencies are as wrk corrected them: {error}\n")
        histogram = raw
    return Load(seconds, count, errors, histogram)


def lua_list(contents: Sequence[bytes]) -> str:
    return "return {\n" + "".join(f'"{_lua_text(content)}",\n' for content in contents) + "}\n"


def _lua_text(content: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03d}" for byte in content)
