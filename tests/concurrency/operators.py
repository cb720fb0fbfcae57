"""Operators, who ban, revoke, delete and change weights while others score."""

import json
import random
import time
from threading import Event
from typing import Any

from django.db import connections

from apps.ceramic_cache.bans.services import end_bans, revoke_matching
from apps.ceramic_cache.models import Ban
from tests.concurrency.world import PROVIDERS, World, threshold_of, weights_of
from tests.prove.figures import Figures

REVOKE = """
    INSERT INTO ceramic_cache_revocation (proof_value, ceramic_cache_id)
    SELECT proof_value, id FROM ceramic_cache_ceramiccache
    WHERE address = %s AND deleted_at IS NULL ORDER BY id OFFSET %s LIMIT 1
    ON CONFLICT (ceramic_cache_id) DO NOTHING
"""
DELETE = """
    UPDATE ceramic_cache_ceramiccache SET deleted_at = now(), updated_at = now() WHERE id = (
        SELECT id FROM ceramic_cache_ceramiccache WHERE address = %s AND deleted_at IS NULL
        ORDER BY id OFFSET %s LIMIT 1
    ) AND deleted_at IS NULL
"""
CHANGE_WEIGHTS = """
    UPDATE scorer_weighted_binaryweightedscorer SET weights = %s::jsonb, threshold = %s WHERE scorer_ptr_id = (
        SELECT scorer_id FROM account_community WHERE id = %s)
"""
SHARES = {"revoke": 4, "delete": 3, "change_weights": 3, "ban": 2, "end_bans": 1}


class Operator:
    """Works on connections of its own until it is told to stop."""

    def __init__(self, world: World, figures: Figures, *, seed: object, pause: float = 0.03) -> None:
        self.world, self.figures, self.pause = world, figures, pause
        self.chance = random.Random(str(seed))

    def run(self, stop: Event) -> None:
        try:
            with self.world.service.database.connect() as self.connection:
                while not stop.is_set():
                    self.step()
                    time.sleep(self.pause)
        finally:
            connections.close_all()

    def step(self) -> None:
        kind = self.chance.choices(list(SHARES), list(SHARES.values()))[0]
        getattr(self, f"_{kind}")(self.chance.choice(self.world.addresses))
        self.figures.count(kind.replace("_", " "))

    def _revoke(self, address: str) -> None:
        self._execute(REVOKE, address, self.chance.randint(0, 3))

    def _delete(self, address: str) -> None:
        self._execute(DELETE, address, self.chance.randint(0, 3))

    def _change_weights(self, address: str) -> None:  # noqa: ARG002 - all operations have an address
        version = self.chance.randint(1, 9)
        community = self.chance.choice(self.world.community_ids)
        self._execute(CHANGE_WEIGHTS, json.dumps(weights_of(version)), threshold_of(version), community)

    def _ban(self, address: str) -> None:
        """One stamp of the address, by its provider, as the admin site and the command do it."""
        provider = self.chance.choice(PROVIDERS)
        ban = Ban.objects.create(type="single_stamp", address=address, provider=provider, reason="a test")
        revoke_matching(ban_ids=[ban.pk])

    def _end_bans(self, address: str) -> None:
        end_bans(ban_ids=list(Ban.objects.filter(address=address).values_list("pk", flat=True)))

    def _execute(self, statement: str, *values: Any) -> None:
        self.connection.execute(statement, values)
