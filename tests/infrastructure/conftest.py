"""One account for all tests of a file: making it takes a few seconds."""

from collections.abc import Iterator

import pytest

from tests.infrastructure.account import Account, account


@pytest.fixture(scope="module")
def aws() -> Iterator[Account]:
    """With the load balancers, the service, and its routing at 0 %."""
    with account() as made:
        yield made
