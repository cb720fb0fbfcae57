"""API2 and API4: guesses at an old key, each a quarter of a second of CPU, are bounded while others are answered."""

import time
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from apps.account.models import AccountAPIKey
from tests.server.callers import ADDRESS, Partner, partner
from tests.server.servers import Service

GUESSERS = 12  # as many threads as a process has
SECONDS = 3.0


def guess(caller: Partner, until: float) -> list[int]:
    """The statuses of guesses at the caller's secret."""
    statuses = []
    while time.monotonic() < until:
        headers = {"X-API-Key": f"{caller.key.prefix}.guess{len(statuses)}"}
        path = f"/v2/stamps/{caller.community.pk}/score/{ADDRESS}"
        statuses.append(caller.service.call("GET", path, headers=headers).status)
    return statuses


def test_others_are_answered_while_somebody_guesses(service: Service) -> None:
    old, new = partner(service, key={"form": "pbkdf2"}), partner(service)
    hashed = PBKDF2PasswordHasher().encode(old.key.secret, "salt")  # with all iterations, as deployed
    AccountAPIKey.objects.filter(pk=old.key.pk).update(hashed_key=hashed)
    until = time.monotonic() + SECONDS
    with ThreadPoolExecutor(GUESSERS) as pool:
        guessing = [pool.submit(guess, old, until) for _ in range(GUESSERS)]
        waits = []
        while time.monotonic() < until:
            started = time.monotonic()
            assert new.score(ADDRESS).status == 200
            waits.append(time.monotonic() - started)
        statuses = [status for each in guessing for status in each.result()]
    assert set(statuses) <= {401, 503}
    assert 503 in statuses, "nobody had to wait: the guesses were not bounded"
    assert sorted(waits)[len(waits) // 2] < 1.5
    assert len(waits) >= 3
    assert old.score(ADDRESS).status == 200
