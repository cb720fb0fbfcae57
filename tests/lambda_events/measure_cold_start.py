"""How long a cold start takes, from the import to the first answer, and which packages it is spent on.

    python -m tests.lambda_events.measure_cold_start [FOLDER]

FOLDER: an unpacked package of `deploy/cloudformation/package_lambda.py`; else this checkout. Compile it first: Python
does not count what it writes, and Lambda cannot write.
"""

import json
import os
import re
import statistics
import subprocess
import sys
from collections import Counter
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
TIMES = 7
SETTINGS = {
    "AWS_LAMBDA_FUNCTION_NAME": "measured",
    "DJANGO_SETTINGS_MODULE": "settings.production",
    "SECRET_KEY": "measured",
    "CGRANTS_API_TOKEN": "measured",
    "CERAMIC_CACHE_SCORER_ID": "1",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "LOG_LEVEL": "ERROR",
}
PROGRAM = """
import json, time
wall, processor = time.perf_counter(), time.process_time()
from scorer_v2.lambda_handler import handler
imported = time.process_time()
answer = handler({"requestContext": {"elb": {}}, "httpMethod": "GET", "path": "/health"}, None)
assert answer["statusCode"] == 200
done = time.process_time()
print(json.dumps([time.perf_counter() - wall, done - processor, done - imported]))
"""
IMPORT = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+([^.\s]+)")


def run(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *options, "-c", PROGRAM],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **SETTINGS},
        capture_output=True,
        text=True,
        check=True,
    )


def main(folder: Path) -> None:
    measured = [json.loads(run(folder).stdout.splitlines()[-1]) for _ in range(TIMES)]
    wall, processor, answer = (statistics.median(column) for column in zip(*measured, strict=True))
    sys.stdout.write(f"import to first answer: {wall:.2f} s, of processor time {processor:.2f} s (median of {TIMES})\n")
    sys.stdout.write(f"the first answer of that: {1000 * answer:.1f} ms\n")
    packages: Counter[str] = Counter()
    for microseconds, package in IMPORT.findall(run(folder, "-X", "importtime").stderr):
        packages[package] += int(microseconds)
    for package, microseconds in packages.most_common(12):
        sys.stdout.write(f"{microseconds / 1000:8.0f} ms  {package}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CHECKOUT)
