"""Many callers at once, and what each of them got and how long it took."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

from tests.server.calls import Answer
from tests.server.servers import Service

Call = Callable[[], Answer]


@dataclass
class Times:
    """The answers of a kind, with their seconds."""

    answers: list[Answer] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def ask(self, call: Call) -> Answer:
        started = time.monotonic()
        answer = call()
        self.seconds.append(time.monotonic() - started)
        self.answers.append(answer)
        return answer

    @property
    def statuses(self) -> set[int]:
        return {answer.status for answer in self.answers}

    @property
    def p99(self) -> float:
        return sorted(self.seconds)[int(0.99 * (len(self.seconds) - 1))]

    def __str__(self) -> str:
        found = sorted((status, sum(each.status == status for each in self.answers)) for status in self.statuses)
        return f"{found}, p99 {self.p99:.3f} s, longest {max(self.seconds):.3f} s"


@contextmanager
def crowd(call: Call, *, number: int) -> Iterator[Times]:
    """So many callers ask at once, while the block runs; all have their answers when it ends."""
    times = Times()
    with ThreadPoolExecutor(number) as threads:
        asked: list[Future[Answer]] = [threads.submit(times.ask, call) for _ in range(number)]
        yield times
    for each in asked:
        each.result()


@contextmanager
def steadily(call: Call, *, pause: float = 0.01) -> Iterator[Times]:
    """One caller asks again and again, while the block runs."""
    times, over = Times(), Event()

    def go_on() -> None:
        while not over.wait(pause):
            times.ask(call)

    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(go_on)
        try:
            yield times
        finally:
            over.set()
    asking.result()


def health(service: Service) -> Call:
    return lambda: service.call("GET", "/health")
