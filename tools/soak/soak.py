"""Many requests at a steady rate, while now and then something breaks; and what the workers use meanwhile.

Each client waits for its turn, so that the rate is what was asked for as long as the service keeps up; it is lower, and
told, when it does not. Faults last for a moment each, come all the time, and stop early enough for the last requests to
find all repaired. What clients were told is compared with the events as it comes, and then forgotten: however long it
takes, this process keeps to its size too, which is in the report beside that of the workers.
"""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from threading import Event, Lock

from tests.concurrency.clients import Client, Scored
from tests.concurrency.operators import Operator
from tests.concurrency.storm import check_answers, check_at_the_end, check_until
from tests.concurrency.world import World
from tests.faults.fault_proxy import FaultProxy
from tools.prove.figures import Figures
from tools.soak.processes import Usage, own_memory, usage

FAULT_SECONDS = 1.0
PAUSE_SECONDS = (3.0, 8.0)
WARM_SHARE = 0.2  # of the requests, before the first measurement: caches fill, connections open
SAMPLES = 16
# What workers may use more at the end than after the warming up, by the medians of so many measurements. Of 170 MB they
# may grow by 17, which in 100,000 requests is what 170 bytes come to that each of them would leave behind.
AT_EACH_END, MORE_MEMORY, MORE_FILES = 4, 1.10, 8
ANSWERS_EVERY_SECONDS = 20.0
CONNECTIONS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'passport-scorer-v2'
"""
END_CONNECTIONS = CONNECTIONS.replace("count(*)", "pg_terminate_backend(pid)")
LOCK_PASSPORTS = "SELECT FROM registry_passport WHERE id % 3 = 0 FOR UPDATE"


class Turns:
    """Gives clients their turns at a steady rate."""

    def __init__(self, number: int, *, per_second: float) -> None:
        self._left, self._number, self._pace = number, number, 1 / per_second
        self._lock, self._started = Lock(), time.monotonic()

    @property
    def taken(self) -> int:
        return self._number - self._left

    @property
    def done(self) -> float:
        """The share of turns that were taken."""
        return self.taken / self._number

    def next(self) -> bool:
        """Waits for a turn; False when there is none left."""
        with self._lock:
            if self._left <= 0:
                return False
            due = self._started + (self._number - self._left) * self._pace
            self._left -= 1
        time.sleep(max(due - time.monotonic(), 0))
        return True


class Faults:
    """Breaks things at random moments, each for a moment."""

    def __init__(self, world: World, figures: Figures, *, seed: object) -> None:
        assert isinstance(world.service.proxy, FaultProxy)
        self.world, self.figures, self.proxy = world, figures, world.service.proxy
        self.chance = random.Random(str(seed))

    def run(self, stop: Event) -> None:
        while not stop.wait(self.chance.uniform(*PAUSE_SECONDS)):
            name, fault = self.chance.choice(self.kinds())
            fault()
            self.figures.injected(name)

    def kinds(self) -> list[tuple[str, Callable[[], object]]]:
        return [
            ("connections ended by the server", lambda: self.world.service.database.rows(END_CONNECTIONS)),
            ("connections reset", self.proxy.reset),
            ("connections refused", self._refuse),
            ("black hole", self._silence),
            ("slow network", self._slow),
            ("locks held", self._lock),
        ]

    def _refuse(self) -> None:
        self.proxy.refuse()
        time.sleep(FAULT_SECONDS)
        self.proxy.listen()

    def _silence(self) -> None:
        with self.proxy.silent():
            time.sleep(FAULT_SECONDS)

    def _slow(self) -> None:
        with self.proxy.slow(0.02):
            time.sleep(FAULT_SECONDS)

    def _lock(self) -> None:
        with self.world.service.database.connect(autocommit=False) as connection:
            connection.execute(LOCK_PASSPORTS)
            time.sleep(FAULT_SECONDS)
            connection.rollback()


def soak(
    world: World, figures: Figures, *, seed: object, requests: int, per_second: float, clients: int = 12
) -> list[Usage]:
    """What the workers used, from the end of the warming up on. Failures are in the figures."""
    with world.same_rules():
        return _soak(world, figures, seed=seed, requests=requests, per_second=per_second, clients=clients)


def _soak(
    world: World, figures: Figures, *, seed: object, requests: int, per_second: float, clients: int
) -> list[Usage]:
    stop_faults, stop = Event(), Event()
    turns = Turns(requests, per_second=per_second)
    callers = [Client(world, figures, seed=f"{seed}:client:{n}", may_fail=True) for n in range(clients)]
    started, samples = time.monotonic(), list[Usage]()
    with ThreadPoolExecutor(clients + 4) as threads:
        working = [threads.submit(work_off, caller, turns) for caller in callers]
        others = [
            threads.submit(Faults(world, figures, seed=f"{seed}:faults").run, stop_faults),
            threads.submit(Operator(world, figures, seed=f"{seed}:operator", pause=0.2, may_fail=True).run, stop),
            threads.submit(check_until, stop, world, figures, every=5.0),
            threads.submit(check_answers_until, stop, world, figures, callers),
        ]
        try:
            for sample in range(SAMPLES + 1):
                await_share(turns, WARM_SHARE + (1 - WARM_SHARE) * sample / SAMPLES - 0.01)
                samples.append(measured(world, figures, turns, seconds=time.monotonic() - started))
            stop_faults.set()
            for work in working:
                work.result()
        finally:
            stop_faults.set()
            stop.set()
        for work in others:
            work.result()
    check_recovery(world, figures, seed=seed)
    figures.count("requests per second", int(requests / (time.monotonic() - started)))
    check_usage(samples, figures)
    check_at_the_end(world, figures, taken_from(callers), undisturbed=False)
    return samples


def check_answers_until(stop: Event, world: World, figures: Figures, callers: Sequence[Client]) -> None:
    while not stop.wait(ANSWERS_EVERY_SECONDS):
        check_answers(world, figures, taken_from(callers))


def taken_from(callers: Sequence[Client]) -> list[Scored]:
    """What the clients were told until now, which they then forget; they go on meanwhile."""
    found = []
    for caller in callers:
        told = caller.scored[:]
        del caller.scored[: len(told)]
        found += told
    return found


def check_recovery(world: World, figures: Figures, *, seed: object) -> None:
    """A connection that died unnoticed may cost each thread a request; after that, nothing fails any more."""
    Client(world, figures, seed=f"{seed}:settling", may_fail=True).run(30)
    Client(world, figures, seed=f"{seed}:recovered").run(30)
    figures.checked("after the faults nothing fails")


def work_off(client: Client, turns: Turns) -> None:
    while turns.next():
        client.step()
    client.close()


def await_share(turns: Turns, share: float) -> None:
    while turns.done < share:
        time.sleep(0.1)


def measured(world: World, figures: Figures, turns: Turns, *, seconds: float) -> Usage:
    ((connections,),) = world.service.database.rows(CONNECTIONS)
    found = usage(world.service.server.pid, connections=connections)
    figures.measured(
        seconds=round(seconds), requests=turns.taken, faults=sum(figures.faults.values()),
        MB_of_the_workers=found.memory // 2**20, open_files=found.files, connections_to_the_database=connections,
        MB_of_the_test=own_memory() // 2**20,
    )  # fmt: skip
    return found


def check_usage(samples: list[Usage], figures: Figures) -> None:
    first, last = samples[:AT_EACH_END], samples[-AT_EACH_END:]
    for name, flat in {
        "no worker was replaced": len({sample.workers for sample in samples}) == 1,
        "memory is flat": _middle(last, "memory") <= _middle(first, "memory") * MORE_MEMORY,
        "open files are flat": _middle(last, "files") <= _middle(first, "files") + MORE_FILES,
        "connections are flat": _middle(last, "connections") <= _middle(first, "connections") + MORE_FILES,
    }.items():
        figures.checked(name, len(samples))
        if not flat:
            figures.failed(f"not so: {name}: {'; '.join(map(str, samples))}")


def _middle(samples: list[Usage], name: str) -> float:
    return median(getattr(sample, name) for sample in samples)
