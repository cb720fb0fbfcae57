"""The processes of a recalculation end when they should."""

import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

COMMAND = """
import django
django.setup()
from apps.registry.recalculation.workers import work_on
from tests.operations.slow_batches import tell_and_sleep
with work_on(tell_and_sleep, workers=2) as work:
    for number in range(2):
        list(work.submit(1, [number]))
    list(work.settle())
"""


@pytest.fixture
def command() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", COMMAND], stdout=subprocess.PIPE, text=True) as running:
        yield running
        running.kill()


def test_workers_end_with_a_command_that_was_killed(command: subprocess.Popen[str]) -> None:
    """It can tell them nothing any more. What they had under way is rolled back."""
    assert command.stdout is not None
    workers = [psutil.Process(int(command.stdout.readline())) for _ in range(2)]
    command.kill()
    assert ended(workers)


def ended(processes: list[psutil.Process]) -> bool:
    deadline = time.monotonic() + 10
    while alive := [process for process in processes if process.is_running()]:
        if time.monotonic() > deadline:
            for process in alive:
                process.kill()
            return False
        time.sleep(0.05)
    return True
