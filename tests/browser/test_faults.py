"""What no page may have is noticed."""

import pytest

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("browser")

PAGE = """
<img src="http://elsewhere.test/picture.png">
<script>console.error("a fault of a script")</script>
<script>nobody.knows.me()</script>
"""


def test_errors_and_requests_to_other_hosts_are_noticed(visitor: Visitor) -> None:
    visitor.page.set_content(PAGE)
    visitor.page.wait_for_load_state()
    found, visitor.faults[:] = " ".join(visitor.faults), []
    for fault in (
        "another host: http://elsewhere.test/picture.png",
        "failed: http://elsewhere.test/picture.png",
        "console: a fault of a script",
        "script: nobody is not defined",
    ):
        assert fault in found
