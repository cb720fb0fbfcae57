"""Worlds of many addresses that share nullifiers, in several communities, with whatever earlier scorings left."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from apps.registry.models import Passport
from tests.endpoints.scoring_world import EXPIRY, STRANGER, hold, issue, resigned
from tests.factories.account import (
    AddressListFactory,
    AllowListFactory,
    CommunityFactory,
    CustomizationFactory,
)
from tests.factories.addresses import address
from tests.factories.ceramic_cache import RevocationFactory
from tests.factories.registry import HashLinkFactory, PassportFactory, ScoreFactory, StampFactory

CHANGED = ("registry_stamp", "registry_score", "registry_event", "registry_hashscorerlink", "registry_humanpoints",
           "registry_humanpointscommunityqualifiedusers")  # fmt: skip
PROVIDERS = ("Google", "Github", "Discord", "NFT", "SelfStakingBronze", "AllowList#Friends", "Unweighted")
FORGED = "2098-01-01T00:00:00Z"  # no issuer signed this date, and no scoring has ever kept it
NOW = datetime(2026, 1, 2, tzinfo=UTC)
DATES = (EXPIRY, NOW + timedelta(days=30), NOW - timedelta(days=30))


class RandomWorld:
    """`addresses` hold up to four stamps each; every one has a passport in every community."""

    def __init__(self, seed: int, *, addresses: int = 8) -> None:
        self.random = random.Random(seed)
        self.addresses = [address(0xA00 + n) for n in range(addresses)]
        self.nullifiers = [f"v{n % 2}:{n}" for n in range(addresses)]
        AddressListFactory(name="MetaMaskOG2", members=self._some(self.addresses))
        AddressListFactory(name="TheChosenOnes", members=self._some(self.addresses))
        self.communities = self._communities()
        for holder in self.addresses:
            self._stamps_of(holder)
        for community in self.communities:
            self._links_in(community)
            for holder in self._some(self.addresses):
                self._history(PassportFactory(address=holder, community=community))

    def passports(self) -> list[tuple[int, int, str]]:
        """Community, id and address, in the order in which they are recomputed."""
        rows = Passport.objects.order_by("community_id", "id")
        return list(rows.values_list("community_id", "id", "address"))

    def _communities(self) -> list[Any]:
        weights = {"Google": "1.25", "Github": 0.1, "Discord": 2, "NFT": "10.033", "SelfStakingBronze": 0.7}
        usual = [
            CommunityFactory(weights=weights, threshold=threshold, human_points_program=program)
            for threshold, program in (
                ("0.1", True),
                ("0.1", True),
                (1, True),
                ("0.1", True),
                ("0.1", True),
                ("12.5", False),
            )
        ]
        customized = CommunityFactory(weights=weights, threshold=5)
        customization = CustomizationFactory(scorer=customized)
        AllowListFactory(customization=customization, address_list__name="Friends", weight="7.25")
        broken = CommunityFactory(weights={"Google": None, "Github": 1}, threshold=1)
        return [*usual, customized, broken, CommunityFactory(rule="FIFO", weights=weights)]

    def _stamps_of(self, holder: str) -> None:
        for provider in self.random.sample(PROVIDERS, self.random.randint(0, 4)):
            stamp = self._stored(provider, holder)
            if self.random.random() < 0.15:
                self._stored(provider, holder, type=2)
            if self.random.random() < 0.1:
                RevocationFactory(ceramic_cache=stamp)

    def _stored(self, provider: str, holder: str, **row: Any) -> Any:
        credential = self._credential(provider, holder)
        proof = credential["proof"]
        signature = proof.get("proofValue") or proof["jws"]
        return hold(credential=credential, address=holder, provider=provider, proof_value=signature, **row)

    def _credential(self, provider: str, holder: str) -> dict[str, Any]:
        nullifiers = self.random.sample(self.nullifiers, self.random.randint(1, 2))
        made: Callable[[], dict[str, Any]] = self.random.choices(
            [
                lambda: issue(provider, *nullifiers, to=holder, expires_at=self.random.choice(DATES)),
                lambda: issue(provider, *nullifiers, to=holder, ed25519=True),
                lambda: issue(provider, to=holder, hash=nullifiers[0]),
                lambda: issue(provider, *nullifiers, to=self.random.choice(self.addresses)),
                lambda: issue(provider, *nullifiers, to=holder, key=STRANGER),
                lambda: resigned(issue(provider, *nullifiers, to=holder), expirationDate="2099-01-01T02:00:00+02:00"),
                lambda: {**issue(provider, *nullifiers, to=holder), "expirationDate": FORGED},
            ],
            weights=[10, 2, 2, 1, 1, 1, 1],
        )[0]
        return made()

    def _links_in(self, community: Any) -> None:
        for nullifier in self._some(self._some(self.nullifiers)):
            owner = self.random.choice([*self.addresses, address(0xBAD)])
            HashLinkFactory(hash=nullifier, address=owner, community=community, expires_at=self.random.choice(DATES))

    def _history(self, passport: Any) -> None:
        """What an earlier scoring, or none, left: perhaps some of the stamps in some order, perhaps others."""
        if self.random.random() < 0.6:
            ScoreFactory(passport=passport)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT provider, stamp FROM ceramic_cache_ceramiccache WHERE address = %s AND deleted_at IS NULL "
                "ORDER BY id", [passport.address]
            )  # fmt: skip
            stored = cursor.fetchall()
        kept = [row for row in stored if self.random.random() < 0.8 and FORGED not in row[1]]
        if self.random.random() < 0.2:
            self.random.shuffle(kept)
        for provider, credential in kept:
            copies = 2 if self.random.random() < 0.1 else 1
            for _ in range(copies):
                _kept_row(passport.pk, provider, credential)
        if self.random.random() < 0.1:
            StampFactory(passport=passport, provider="Gone")

    def _some(self, things: list[Any]) -> list[Any]:
        return [thing for thing in things if self.random.random() < 0.7]


def _kept_row(passport_id: int, provider: str, credential: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_stamp (passport_id, provider, credential) VALUES (%s, %s, %s)",
            [passport_id, provider, credential],
        )


@contextmanager
def changes_undone() -> Iterator[None]:
    """Afterwards the tables that a scoring writes are what they were."""
    with connection.cursor() as cursor:
        for table in CHANGED:
            cursor.execute(f"CREATE TEMPORARY TABLE before_{table} AS SELECT * FROM {table}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in CHANGED:
                cursor.execute(
                    f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM before_{table}; DROP TABLE before_{table}"
                )


def rows_of_scorings() -> dict[str, list[tuple[Any, ...]]]:
    """What scorings left, without the ids of new rows; the order of ids is kept where it matters."""
    return {name: _fetch(sql) for name, sql in _ROWS.items()}


_ROWS = {
    "stamps": """
        SELECT passport_id, provider, credential::text FROM registry_stamp ORDER BY passport_id, id
    """,
    "scores": """
        SELECT passport_id, score, status, error, last_score_timestamp, expiration_date, evidence::text,
               stamp_scores::text, stamps::text FROM registry_score ORDER BY passport_id
    """,
    "events": """
        SELECT event.community_id, event.address, event.action, event.created_at,
               (event.data #- '{pk}')::text, (event.data ->> 'pk')::bigint = score.id
        FROM registry_event event
        LEFT JOIN registry_score score ON score.passport_id = (event.data #>> '{fields,passport}')::bigint
        ORDER BY event.community_id, event.address, event.id
    """,
    "links": """
        SELECT community_id, hash, address, expires_at FROM registry_hashscorerlink ORDER BY community_id, hash
    """,
    "points": """
        SELECT address, action, chain_id, provider, tx_hash, timestamp FROM registry_humanpoints ORDER BY 1, 2, 3, 4, 5
    """,
    "qualified": """
        SELECT address, community_id FROM registry_humanpointscommunityqualifiedusers ORDER BY 1, 2
    """,
}


def _fetch(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
