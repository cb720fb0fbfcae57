"""Operators, who ban, revoke, delete, change weights and have scores computed again while others score."""

import json
import random
import time
from threading import Event
from typing import Any

from django.db import Error, connections

from apps.ceramic_cache.bans.services import end_bans, revoke_matching
from apps.ceramic_cache.models import Ban
from apps.registry.recalculation.records import Selection, Tally
from apps.registry.recalculation.services import recalculate
from apps.registry.user_data import reset_users
from scorer_v2.primitives.errors import Conflict, DatabaseUnavailable
from tests.concurrency.world import PROVIDERS, World, threshold_of, weights_of
from tools.prove.figures import Figures

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
SHARES = {"revoke": 8, "delete": 6, "change_weights": 6, "ban": 4, "end_bans": 2, "recalculate": 2, "reset_user": 1}


class Operator:
    """Works on connections of its own until it is told to stop."""

    def __init__(
        self, world: World, figures: Figures, *, seed: object, pause: float = 0.03, may_fail: bool = False
    ) -> None:
        """`may_fail`: the operator's own connection may be broken on purpose; he takes a new one and goes on."""
        self.world, self.figures, self.pause, self.may_fail = world, figures, pause, may_fail
        self.chance = random.Random(str(seed))

    def run(self, stop: Event) -> None:
        try:
            with self.world.service.database.connect() as self.connection:
                while not stop.is_set():
                    try:
                        self.step()
                    except (Error, DatabaseUnavailable, Conflict):
                        if not self.may_fail:
                            raise
                        self.figures.count("operators whose connection broke")
                        connections.close_all()
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

    def _recalculate(self, address: str) -> None:  # noqa: ARG002 - as above
        """All scores of a community, a few in each transaction."""
        selection = Selection([self.chance.choice(self.world.community_ids)])
        self._note(recalculate(selection=selection, batch_size=self.chance.choice((3, 500))))

    def _reset_user(self, address: str) -> None:
        scores = reset_users(addresses=[address]).scores
        if scores is not None:
            self._note(scores)

    def _note(self, tally: Tally) -> None:
        self.figures.count("scores computed again", tally.passports)
        if tally.failed:
            self.figures.failed(f"{tally.failed} of {tally.passports} scores could not be computed again")

    def _execute(self, statement: str, *values: Any) -> None:
        self.connection.execute(statement, values)
