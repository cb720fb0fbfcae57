"""The world that scores are computed in."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.registry.recalculation import services
from apps.registry.scoring.known_credentials import KnownCredentials
from tests.endpoints.scoring_world import ISSUER


@pytest.fixture
def scoring_world(committed_rows: None, settings: Settings) -> None:
    """The tests' issuer is trusted, and everything is on that decides about a score."""
    settings.TRUSTED_IAM_ISSUERS = [ISSUER.did, ISSUER.ed25519_did]
    settings.FF_MULTI_NULLIFIER = "on"
    settings.HUMAN_POINTS_ENABLED = settings.HUMAN_POINTS_WRITE_ENABLED = True
    settings.HUMAN_POINTS_MTA_ENABLED = True
    settings.HUMAN_POINTS_START_TIMESTAMP = 0


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The time of now, which stands still."""
    now = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now


@pytest.fixture
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credential is remembered from one recalculation to the next."""
    monkeypatch.setattr(services, "_known", KnownCredentials(0))
