"""Whom the lean worker believes what a request says of its client."""

import pytest
from gunicorn.config import Config

from scorer_v2.lean_connections import is_trusted_proxy


def configuration(allowed: str) -> Config:
    made = Config()
    made.set("forwarded_allow_ips", allowed)
    return made


@pytest.mark.parametrize(
    ("allowed", "host", "is_trusted"),
    [
        ("127.0.0.1,::1", "127.0.0.1", True),
        ("127.0.0.1,::1", "127.0.0.2", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("*", "11.1.2.3", True),
        ("10.0.0.0/8", "no address", False),
    ],
)
def test_a_proxy_is_trusted_as_it_is_configured_each_time_it_is_asked(
    allowed: str, host: str, is_trusted: bool
) -> None:
    asked = configuration(allowed)
    assert [is_trusted_proxy(asked, host) for _ in range(2)] == [is_trusted] * 2


def test_one_configuration_says_nothing_about_another() -> None:
    assert is_trusted_proxy(configuration("10.0.0.1"), "10.0.0.1")
    assert not is_trusted_proxy(configuration("10.0.0.2"), "10.0.0.1")
