"""A real browser in front of the service as a deployment runs it."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client, override_settings
from playwright.sync_api import Browser

from tests.admin.conftest import member
from tests.browser.chromium import MISSING, find_chromium, running_browser
from tests.browser.visitor import Visitor, visiting
from tests.endpoints.scoring_world import ISSUER
from tests.server.conftest import prepared, pytest_runtest_makereport, servers
from tests.server.servers import Servers, Service

__all__ = ["pytest_runtest_makereport", "servers"]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The one of all tests here; ended with them, because of the event loop that it leaves running in this thread.

    Django refuses queries beside a running event loop. This one runs only while a test waits for the browser.
    """
    program = find_chromium()
    if program is None:
        pytest.skip(MISSING)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with running_browser(program) as started:
            yield started


@pytest.fixture
def service(browser: Browser, servers: Servers, django_db_blocker: Any) -> Iterator[Service]:
    """On an empty database. It depends on the browser: with its event loop come other connections of Django's."""
    changes = {"SECURE_COOKIES": "off", "TRUSTED_IAM_ISSUERS": json.dumps([ISSUER.did]), "WEB_CONCURRENCY": "1"}
    yield from prepared(servers.direct("service for a browser", **changes), django_db_blocker)


@pytest.fixture
def visitor(browser: Browser, service: Service) -> Iterator[Visitor]:
    """Nobody yet: not logged in."""
    with visiting(browser, service.server.base_url) as visitor:
        yield visitor
        assert visitor.faults == []


@pytest.fixture
def log_in(visitor: Visitor, service: Service) -> Callable[..., Visitor]:
    """The visitor, logged in as somebody of these groups: `log_in("operations")`."""

    def made(*groups: str, **columns: Any) -> Visitor:
        client = Client()
        with override_settings(SECRET_KEY=service.settings["SECRET_KEY"]):
            client.force_login(member(*groups, **columns))
        visitor.log_in_with(client.cookies["sessionid"].value)
        return visitor

    return made
