"""Somebody of the team in front of the admin site, with a window of their own."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, ViewportSize

from tests.browser.chromium import HOST, PATIENCE_MS
from tests.browser.pictures import keep_picture

# Wide enough for the sidebar.
WINDOW: ViewportSize = {"width": 1280, "height": 800}
LOWEST_PICTURE = 560
# They fade away, sooner or later.
NO_SCROLLBARS = ".simplebar-track { display: none }"
# The folder that gets a picture of the pages that tests show; `make screenshots` sets it.
PICTURES = os.environ.get("SCREENSHOTS")


class Visitor:
    """`faults`: what no page may have, such as an error on the console or a request to another host."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.page, self.base_url = page, base_url
        self.faults: list[str] = []
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", self._note_request)
        page.on("requestfailed", lambda request: self.faults.append(f"failed: {request.url} {request.failure}"))

    def open(self, path: str) -> None:
        """Goes to a page of the site."""
        self.page.goto(path)

    def press(self, button: str) -> None:
        """Presses the button of this name."""
        self.page.get_by_role("button", name=_named(button)).click()

    def follow(self, link: str) -> None:
        """Follows the first link of this name."""
        self.page.get_by_role("link", name=_named(link)).first.click()

    def fill(self, **fields: str) -> None:
        """Fills in fields by their names."""
        for name, text in fields.items():
            self.page.locator(f'[name="{name}"]:visible').fill(text)

    def choose(self, file_name: str, text: str) -> None:
        """Chooses the file of a form."""
        content = {"name": file_name, "mimeType": "text/csv", "buffer": text.encode()}
        self.page.locator("input[type=file]").set_input_files([content])

    def counts(self) -> dict[str, str]:
        """The numbers of a preview."""
        shown = self._loaded(self.page.locator("#preview-counts"))
        return dict(zip(shown.locator("dt").all_inner_texts(), shown.locator("dd").all_inner_texts(), strict=True))

    def rows(self, table: str) -> list[list[str]]:
        """The cells of a table, which must be there."""
        found = self._loaded(self.page.locator(f"#{table}")).locator("tbody tr")
        return [row.locator("td").all_inner_texts() for row in found.all()]

    def log_in_with(self, session: str) -> None:
        """Goes on as the user of this session."""
        name = settings.SESSION_COOKIE_NAME
        self.page.context.add_cookies([{"name": name, "value": session, "url": self.base_url}])

    def keep_picture(self, name: str) -> None:
        """Writes admin-<name>.png, of the whole page, where pictures are wanted."""
        if PICTURES:
            self.page.mouse.move(0, 0)
            self.page.set_viewport_size({**WINDOW, "height": LOWEST_PICTURE})
            height = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.set_viewport_size({**WINDOW, "height": height})
            png = self.page.screenshot(animations="disabled", style=NO_SCROLLBARS)
            keep_picture(png, Path(PICTURES, f"admin-{name}.png"))
            self.page.set_viewport_size(WINDOW)

    def _loaded(self, element: Locator) -> Locator:
        """The element, with all of the page that it is on."""
        element.wait_for()
        self.page.wait_for_load_state()
        return element

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text} ({message.location['url']})")

    def _note_request(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in (None, HOST):
            self.faults.append(f"another host: {request.url}")


def _named(text: str) -> re.Pattern[str]:
    """The text, perhaps with an icon beside it, which is a word of the icons' font."""
    return re.compile(rf"^([a-z_]+ )?{re.escape(text)}( [a-z_]+)?$")


@contextmanager
def visiting(browser: Browser, base_url: str) -> Iterator[Visitor]:
    """A visitor, until the window is closed."""
    context = browser.new_context(base_url=base_url, viewport=WINDOW, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    try:
        visitor = Visitor(context.new_page(), base_url)
        yield visitor
    finally:
        context.close()
