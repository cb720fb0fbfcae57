"""The system's Chromium: found, started, and kept from every other host."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
MISSING = "needs a browser: install Debian's package chromium, or name one with CHROMIUM=/path/to/it"
# A page that is slow on a busy machine is no fault.
PATIENCE_MS = 30_000
HOST = "127.0.0.1"


def find_chromium() -> str | None:
    """The program of the variable CHROMIUM, else the first that is installed."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextmanager
def running_browser(program: str) -> Iterator[Browser]:
    """Without a sandbox, which root cannot have: it sees nothing but our own pages."""
    expect.set_options(timeout=PATIENCE_MS)
    only_ours = f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=[only_ours], chromium_sandbox=False, timeout=2 * PATIENCE_MS
        )
        try:
            yield browser
        finally:
            browser.close()
