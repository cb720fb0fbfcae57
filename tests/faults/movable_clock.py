"""A wall clock for a server under test that is set while the server runs; see moved_clock.c.

    clock = MovableClock(folder)
    with RunningServer({**settings, **clock.environment}, log):
        with clock.moved(timedelta(days=2)):
            ...

The database and Redis keep the right time, and so does the test.
"""

import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("moved_clock.c")


class MovableClock:
    def __init__(self, folder: Path) -> None:
        """Skips the test where there is no Linux, or no C compiler."""
        compiler = shutil.which("cc")
        if sys.platform != "linux" or compiler is None:
            pytest.skip("needs Linux and a C compiler (cc), to put a clock of its own in front of a server's")
        library, self._offset = folder / "moved_clock.so", folder / "offset"
        subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE)], check=True)
        self._by = timedelta()
        self._offset.write_bytes(struct.pack("q", 0))
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_OFFSET_FILE": str(self._offset)}

    def move(self, by: timedelta) -> None:
        """At once, for all processes of the server; counted from the right time."""
        self._by = by
        with self._offset.open("r+b") as file:
            file.write(struct.pack("q", int(by.total_seconds())))

    def now(self) -> datetime:
        """What the server's clock says."""
        return datetime.now(UTC) + self._by

    @contextmanager
    def moved(self, by: timedelta) -> Iterator[None]:
        self.move(by)
        try:
            yield
        finally:
            self.move(timedelta())
