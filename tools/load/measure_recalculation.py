"""What `recalculate_scores` costs, whether stopping it loses anything, and whether it finds what requests find.

    make measure-recalculation                                   200,000 passports of 10 stamps, all processors
    make measure-recalculation RECALCULATION='--passports 20000 --workers 1'

DATABASE_URL names a database of its own, which is migrated and filled when it lacks these passports (200,000: some
minutes, 12 GB), and kept. A superuser fills it.
"""

import argparse
import json
import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import django

from tools.bench.identities import ISSUER

os.environ["TRUSTED_IAM_ISSUERS"] = json.dumps([ISSUER.did])
django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from tools.load import watched_command  # noqa: E402
from tools.load.recalculation_disturbances import DISTURBANCES, RESTORED, SAVED, TABLES  # noqa: E402
from tools.load.recalculation_world import World, key_of  # noqa: E402
from tools.load.watched_command import Watched, command, watch  # noqa: E402

SECONDS_UNTIL_STOPPED = (0.8, 4)

# From the first batch's time to the last one's; those of the last time were not done by then.
BETWEEN = """
    SELECT extract(epoch FROM max(last_score_timestamp) - min(last_score_timestamp))::float,
           count(*) FILTER (WHERE last_score_timestamp < latest.time)
    FROM registry_score score JOIN registry_passport passport ON passport.id = score.passport_id,
         (SELECT max(last_score_timestamp) AS time FROM registry_score) latest
    WHERE passport.community_id = %s
"""

# A score and all that one scoring decides, but for its time.
SCORES = """
    SELECT passport.address, score.score, score.status, score.error, score.expiration_date, score.evidence::text,
           score.stamp_scores::text, score.stamps::text,
           (SELECT array_agg(kept.id || kept.provider || md5(kept.credential::text) ORDER BY kept.id)
              FROM registry_stamp kept WHERE kept.passport_id = passport.id)
    FROM registry_passport passport JOIN registry_score score ON score.passport_id = passport.id
    WHERE passport.community_id = %s AND passport.address = ANY(%s) ORDER BY passport.address
"""


def main() -> None:
    options = parsed_options()
    logging.disable(logging.CRITICAL)
    setup_test_environment()
    call_command("migrate", verbosity=0)
    large = World(f"{options.passports} passports", 1, options.passports)
    small = World("stopped", 10_000_001, 10_000_000 + options.stopped)
    for world in (large, small):
        if not world.is_there():
            say(f"Making {world.name} ...")
            world.make()
    say(f"load {os.getloadavg()[0]:.1f}, {watched_command.cpus()} processors")
    measure(large, workers=options.workers, runs=options.runs)
    compare_with_requests(large, number=options.sample)
    if options.stopped:
        stop_and_go_on(small, workers=options.workers, seed=options.seed)


def parsed_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make measure-recalculation")
    parser.add_argument("--passports", type=int, default=200_000)
    parser.add_argument("--workers", type=int, default=watched_command.cpus())
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--sample", type=int, default=1_000, help="how many scores requests compute as well")
    parser.add_argument("--stopped", type=int, default=20_000, help="passports of the run that is stopped")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000))
    return parser.parse_args()


def arguments(world: World, *, workers: int, since: datetime | None = None) -> list[str]:
    filters = json.dumps({"id": world.community().pk})
    going_on = ["--unless-scored-since", since.isoformat()] if since else []
    chosen = ["--keep-weights", "--filter-community-include", filters, "--workers", str(workers)]
    return command("recalculate_scores", *chosen, *going_on)


def measure(world: World, *, workers: int, runs: int) -> None:
    """The first run has no scores before it; it is not shown."""
    if not rows("SELECT FROM registry_score LIMIT 1"):
        watch(arguments(world, workers=workers))
    for _ in range(runs):
        show(world, watch(arguments(world, workers=workers)))


def show(world: World, watched: Watched) -> None:
    passports = watched.printed["passports"]
    seconds, done = rows(BETWEEN, [world.community().pk])[0]
    counts = {name: watched.printed[name] for name in ("unchanged", "changed", "errors", "failed", "proofs_verified")}
    say(f"\n{passports:,} passports: {', '.join(f'{count:,} {name}' for name, count in counts.items())}")
    say(f"whole command    {watched.seconds:6.1f} s  {passports / watched.seconds:6,.0f} passports a second")
    if seconds:
        say(f"between batches  {seconds:6.1f} s  {done / seconds:6,.0f} passports a second")
    python, database = (1e6 * cpu / passports for cpu in (watched.python, watched.database))
    say(f"CPU a passport   {python:.0f} us Python, {database:.0f} us PostgreSQL, {python + database:.0f} us in all")
    for part in range(1, 6):
        at, memory = watched.memory[max(0, len(watched.memory) * part // 5 - 1)]
        say(f"memory at {at:4.0f} s  {', '.join(f'{megabytes:.0f}' for megabytes in memory.values())} MB")


def compare_with_requests(world: World, *, number: int) -> None:
    """Scores passports again by requests, and says how many rows differ from the recalculation's."""
    community = world.community().pk
    addresses = world.addresses[:number]
    before = rows(SCORES, [community, addresses])
    client = Client(headers={"X-API-Key": key_of(world.name)})
    for address in addresses:
        answer = client.get(f"/v2/stamps/{community}/score/{address}")
        assert answer.status_code == 200, answer.content
    after = rows(SCORES, [community, addresses])
    differing = sum(one != other for one, other in zip(before, after, strict=True))
    say(f"\n{len(after):,} scores computed by requests as well: {differing} rows differ")


def stop_and_go_on(world: World, *, workers: int, seed: int) -> None:
    """Compares all rows that an undisturbed run leaves with those of a run that was stopped again and again."""
    community = {"community_id": world.community().pk}
    chance = random.Random(seed)
    disturb(world, community)
    run([*RESTORED], community)
    watch(arguments(world, workers=workers))
    due = {table: rows(sql, community) for table, sql in TABLES.items()}
    run([*RESTORED], community)
    started = datetime.now(UTC)
    stops = Counter(stopped_runs(arguments(world, workers=workers, since=started), chance))
    found = {table: rows(sql, community) for table, sql in TABLES.items()}
    told = ", ".join(f"{number} x {how}" for how, number in sorted(stops.items()))
    say(f"\nseed {seed}: stopped {stops.total()} times ({told}) and gone on with:")
    for table in TABLES:
        missing = len(set(due[table]) ^ set(found[table])) + abs(len(due[table]) - len(found[table]))
        say(f"  {len(found[table]):7,} rows of {table}: {missing} differ from an undisturbed run's")


def disturb(world: World, community: Mapping[str, Any]) -> None:
    """Gives every kind of outcome something to do, and keeps the rows as they are then, once."""
    if not rows("SELECT FROM pg_tables WHERE tablename = 'recalculation_scores'"):
        run([*DISTURBANCES, *SAVED], community)


def stopped_runs(arguments: Sequence[str], chance: random.Random) -> Iterator[str]:
    """Starts it until one ends by itself. Gives how each of the others was stopped."""
    while True:
        running = watched_command.start(arguments)
        try:
            running.wait(chance.uniform(*SECONDS_UNTIL_STOPPED))
        except subprocess.TimeoutExpired:
            yield stop(running, chance)
            continue
        assert running.returncode == 0
        return


def stop(running: subprocess.Popen[bytes], chance: random.Random) -> str:
    """Sends a signal to the command or one of its workers, and waits until none of them is left."""
    processes = watched_command.family(running.pid)
    chosen = chance.choice([signal.SIGTERM, signal.SIGKILL])
    victim = chance.choice(processes if chosen is signal.SIGKILL else processes[:1])
    victim.send_signal(chosen)
    running.wait()
    deadline = time.monotonic() + 10
    while left := [process for process in processes if process.is_running() and process.status() != "zombie"]:
        assert time.monotonic() < deadline, f"{left} outlive the command"
        time.sleep(0.05)
    return f"{chosen.name} to {'the command' if victim is processes[0] else 'a worker'}"


def rows(statement: str, values: Any = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def run(statements: Sequence[str], values: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
