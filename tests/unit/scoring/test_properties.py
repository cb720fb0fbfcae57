"""The core against the model, over worlds where several addresses score one after another."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.registry.scoring.points import points_shown
from apps.registry.scoring.records import HashLink, HumanPoint, PointsState, ScoringRules, Snapshot, StoredStamp
from apps.registry.scoring.score_object import computed_score_object, failed_score_object
from apps.registry.scoring.scoring import ScoringError, compute
from tests.unit.scoring import model
from tests.unit.scoring.factories import ALICE, BOB, CAROL, ISSUER

NOW = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
ADDRESSES = (ALICE, BOB, CAROL)
COMMUNITIES = (1, 2)
PROVIDERS = ("Google", "Biometrics", "AllowList#x")
NULLIFIERS = ("v0:a", "v0:b", "v1:a", "v1:b")
DATES = (
    "2025-01-01T00:00:00Z", "2026-01-02T12:00:00.123456Z", "2026-01-05T00:00:00.000500+00:00",
    "2099-01-01T02:00:00+02:00", "2099-01-01T00:00:00.5Z", "2099-06-01T00:00:00-03:30",
    "2099-01-01T00:00:00", "soon", None,
)  # fmt: skip

weights_values = st.one_of(
    st.integers(0, 30),
    st.floats(0, 30, allow_nan=False),
    st.decimals(0, 30, places=4).map(str),
    st.sampled_from(["1.25", "0.000005", "0.0000", "1E+1", -1, 0.1]),
)
wrong_weights: st.SearchStrategy[Any] = st.sampled_from([None, "abc", "NaN", "Infinity", "", True, [], {}])
often_right_weights = st.integers(0, 24).flatmap(lambda n: wrong_weights if n == 0 else weights_values)


def _subject(random: Random, address: str) -> dict[str, Any]:
    holder = random.choice([address] * 10 + [BOB, address.upper()])
    subject: dict[str, Any] = {"id": f"did:pkh:eip155:1:{holder}", "provider": random.choice(PROVIDERS)}
    kind = random.choice(["list"] * 10 + ["hash", "both", "odd", "none"])
    if kind in ("hash", "both"):
        subject["hash"] = random.choice([*NULLIFIERS, None, ""])
    if kind != "none":
        entries = [*NULLIFIERS, None, 7, "", "v0:" + "x" * 98] if kind == "odd" else NULLIFIERS
        subject["nullifiers"] = random.choices(entries, k=random.randint(1, 3))
    return subject


def _stamp(random: Random) -> dict[str, Any]:
    address = random.choice([ALICE, ALICE, BOB, CAROL])
    subject = _subject(random, address)
    return {
        "address": address,
        "provider": random.choice([subject["provider"], *PROVIDERS]),
        "updated_at": NOW - timedelta(days=random.randint(0, 3)),
        "credential": {
            "issuer": random.choice([ISSUER] * 15 + ["did:key:unknown"]),
            "expirationDate": random.choice([*DATES[1:6] * 4, *DATES]),
            "credentialSubject": subject,
            "proof": random.choice(["sound"] * 15 + ["forged"]),
        },
    }


# Drawn from a fixed pool: a stamp of many draws would take most of the time.
STAMPS = [_stamp(Random(seed)) for seed in range(1000)]


@st.composite
def communities(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "rule": draw(st.sampled_from(["LIFO"] * 15 + ["FIFO"])),
        "weights": draw(st.one_of(*[st.dictionaries(st.sampled_from(PROVIDERS), often_right_weights)] * 15, st.none())),
        "overlay": draw(st.dictionaries(st.just("AllowList#x"), st.decimals(0, 20, places=4), max_size=1)),
        "threshold": draw(st.sampled_from(["0.00000", "1.25000", "5.00000", "20.00000"])),
        "programme": draw(st.booleans()),
    }


@st.composite
def worlds(draw: st.DrawFn) -> model.World:
    names = st.sampled_from(ADDRESSES)
    link_times = st.sampled_from([NOW + timedelta(days=days) for days in (-1, 0, 1, 2, 9, 9)])
    actions = st.sampled_from(["HKY", "PMT", "HIM", "ISG", "HBI", "MM2", "ZZZ"])
    return model.World(
        issuers={ISSUER},
        multi_nullifier=draw(st.booleans()),
        communities={number: draw(communities()) for number in COMMUNITIES},
        stamps=[
            {"id": number, **stamp}
            for number, stamp in enumerate(draw(st.lists(st.sampled_from(STAMPS), min_size=1, max_size=12)), 1)
        ],
        links=draw(
            st.dictionaries(
                st.tuples(st.sampled_from(NULLIFIERS), st.sampled_from(COMMUNITIES)), st.tuples(names, link_times)
            )
        ),
        points=draw(
            st.sets(
                st.tuples(names, actions, st.sampled_from([0, 10]), st.sampled_from(["", "Google"]), st.just("")),
                max_size=4,
            )
        ),
        qualified=draw(st.sets(st.tuples(names, st.integers(1, 6)), max_size=8)),
        config=draw(st.dictionaries(st.sampled_from(["HKY", "PMT", "HIM", "ISG", "SCB", "MM2"]), st.integers(0, 900))),
        multipliers=draw(st.dictionaries(names, st.integers(0, 3))),
        lists=draw(st.dictionaries(st.sampled_from(["MetaMaskOG2", "TheChosenOnes"]), st.sets(names))),
    )


scorings = st.lists(
    st.tuples(st.sampled_from([ALICE, ALICE, BOB, CAROL]), st.sampled_from(COMMUNITIES), st.integers(0, 3)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), scorings)
def test_it_answers_and_writes_as_the_contract_says(world: model.World, scorings: list[tuple[str, int, int]]) -> None:
    rows = _copy_of(world)
    for address, community_id, days in scorings:
        now = NOW + timedelta(days=days)
        due = model.score(world, address, community_id, now)
        assert _score(rows, address, community_id, now) == due
        assert rows == world


def _copy_of(world: model.World) -> model.World:
    rows = model.World(**vars(world))
    rows.links, rows.points, rows.qualified, rows.events = (
        dict(world.links),
        set(world.points),
        set(world.qualified),
        [],
    )
    return rows


def _score(rows: model.World, address: str, community_id: int, now: datetime) -> dict[str, Any]:
    """Scores with the core and writes the outcome to `rows`, as the managers do to the database."""
    snapshot = _snapshot(rows, address, community_id)
    rules = ScoringRules(
        frozenset(rows.issuers),
        rows.multi_nullifier,
        points_enabled=True,
        points_write_enabled=True,
        metamask_award_enabled=True,
    )
    try:
        outcome = compute(snapshot, rules=rules, now=now, proof_fault=_proof_fault)
    except ScoringError as error:
        text = str(error) if str(error) == "Invalid rule" else model.FREE_TEXT
        return failed_score_object(text, address=address)
    for link in (*outcome.deduplication.claims, *outcome.deduplication.backfills):
        assert rows.links.get((link.hash, community_id)) != (link.address, link.expires_at), "needs no writing (D19)"
        rows.links[(link.hash, community_id)] = (link.address, link.expires_at)
    rows.events += [("LDP", address, community_id, dict(data)) for data in outcome.dedup_events]
    rows.events.append(("SCU", address, community_id, dict(outcome.score_fields)))
    rows.points |= {(address, p.action, p.chain_id, p.provider, p.tx_hash) for p in outcome.award.rows}
    if outcome.award.qualifies:
        assert (address, community_id) not in rows.qualified
        rows.qualified.add((address, community_id))
    assert snapshot.points is not None
    shown = points_shown(snapshot.points, outcome.award) if snapshot.human_points_program else (None, None)
    return computed_score_object(outcome, address=address, points_data=shown[0], possible_points_data=shown[1])


def _snapshot(rows: model.World, address: str, community_id: int) -> Snapshot:
    community = rows.communities[community_id]
    return Snapshot(
        address=address,
        community_id=community_id,
        rule=community["rule"],
        weights=community["weights"],
        threshold=Decimal(community["threshold"]),
        overlay=community["overlay"],
        stamps=[
            StoredStamp(row["id"], 1, row["provider"], row["updated_at"], json.dumps(row["credential"]))
            for row in rows.stamps
            if row["address"] == address
        ],
        links={hash: HashLink(hash, *link) for (hash, number), link in rows.links.items() if number == community_id},
        human_points_program=community["programme"],
        points=PointsState(
            qualified_communities=frozenset(number for owner, number in rows.qualified if owner == address),
            held=frozenset(
                HumanPoint(action, provider, tx_hash, chain)
                for owner, action, chain, provider, tx_hash in rows.points
                if owner == address
            ),
            address_lists=frozenset(name for name, members in rows.lists.items() if address in members),
            config=rows.config,
            multiplier=rows.multipliers.get(address),
            metamask_awards=sum(1 for row in rows.points if row[1] == "MM2"),
        ),
    )


def _proof_fault(credential: Mapping[str, Any]) -> str | None:
    return None if credential["proof"] == "sound" else "forged"
