"""`python -m tools.prove [--seed N] [--size N] [--section NAME ...]`: exit status 1 when anything failed."""

import argparse
import json
import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

import django

OUTPUT = Path(".data/prove")


def main() -> int:
    given = _arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.test")
    django.setup()
    from tools.prove.report import as_dict, as_markdown  # noqa: PLC0415 - needs Django
    from tools.prove.section import all_sections  # noqa: PLC0415 - as above

    known = all_sections()
    unknown = set(given.section or ()) - set(known)
    if unknown:
        sys.exit(f"There is no section {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
    runs = []
    for section in (known[name] for name in given.section or known):
        _say(f"{section.name}: {section.claim}")
        runs.append((section, section.run(seed=given.seed, size=given.size)))
        _say(f"{section.name}: {runs[-1][1].seconds:.0f} s, {len(runs[-1][1].figures.failures)} failures")
    report = as_dict(runs, seed=given.seed, size=given.size, when=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    (OUTPUT / "report.md").write_text(as_markdown(report))
    _say(f"\n{as_markdown(report)}\n{OUTPUT}/report.md, {OUTPUT}/report.json")
    return 0 if report["passed"] else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.prove")
    parser.add_argument("--seed", type=int, default=secrets.randbits(32), help="replays a run; default: a new one")
    parser.add_argument("--size", type=float, default=1.0, help="1: some minutes; 5: the whole of 100,000 requests")
    parser.add_argument("--section", action="append", help="only this one; may be repeated")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
