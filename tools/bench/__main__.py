"""Measures the service: `make bench` (see docs/performance.md)."""

import argparse
import os
import sys
from pathlib import Path

from tools.bench import cluster, wrk


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a few scenarios")
    parser.add_argument("--long", action="store_true", help="memory over 100,000 requests")
    parser.add_argument("--only", default="", help="scenarios whose name contains this")
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=1, help="of load in a sample")
    parser.add_argument("--compare", type=Path, help="a saved run (.data/bench/results/*.json)")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    wrk.require()
    with cluster.copied_database(cluster.server_url()) as url:
        from tools.bench.environment import service_environment  # noqa: PLC0415 - not before it is known what to use

        os.environ.update(service_environment(url))
        import django  # noqa: PLC0415 - its settings come first

        django.setup()
        from tools.bench.running import run  # noqa: PLC0415 - as above

        return run(given, url)


if __name__ == "__main__":
    sys.exit(main())
