"""Requests that meet: one owner per nullifier, no row twice, and an answer for everyone.

Where the order matters the test forces it: its own connection holds what the requests need, as another request or
the old service on the same database would.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from tests.factories.account import AddressListFactory
from tests.factories.addresses import address as address_number
from tests.factories.registry import HashLinkFactory, PassportFactory
from tests.server.callers import (
    ADDRESS,
    EXPIRES_AT,
    OTHER_ADDRESS,
    PROVIDERS,
    Partner,
    bulk_items,
    credential,
    credentials,
    internal_headers,
    partner,
    store_stamps,
    user_community,
    user_headers,
)
from tests.server.calls import Answer
from tests.server.holding import at_once, await_waiting, holding
from tests.server.servers import Service

THIRD_ADDRESS = address_number(0x123)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

INSERT_PASSPORT = "INSERT INTO registry_passport (address, community_id) VALUES (%s, %s)"
LOCK_PASSPORT = "SELECT FROM registry_passport WHERE address = %s AND community_id = %s FOR UPDATE"
INSERT_LINK = "INSERT INTO registry_hashscorerlink (hash, address, community_id, expires_at) VALUES (%s, %s, %s, %s)"
MOVE_LINK = "UPDATE registry_hashscorerlink SET address = %s, expires_at = %s WHERE hash = %s"


def all_at_once(calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
    with at_once() as start:
        return [answer.result() for answer in [start(call) for call in calls]]


def passports(service: Service) -> list[tuple[Any, ...]]:
    """(address, number of scores, of stamps, of score events) of every passport."""
    return service.database.rows(
        """
        SELECT address, (SELECT count(*) FROM registry_score WHERE passport_id = passport.id),
               (SELECT count(*) FROM registry_stamp WHERE passport_id = passport.id),
               (SELECT count(*) FROM registry_event event WHERE event.address = passport.address AND action = 'SCU')
        FROM registry_passport passport ORDER BY address
        """
    )


def owners(service: Service) -> dict[str, str]:
    """The owner of every nullifier; no nullifier may have two links."""
    rows = service.database.rows("SELECT hash, address FROM registry_hashscorerlink")
    assert len({nullifier for nullifier, _ in rows}) == len(rows)
    return dict(rows)


def is_deduplicated(answer: Answer, provider: str = PROVIDERS[0]) -> bool:
    assert answer.status == 200
    stamp = answer.json()["stamps"][provider]
    assert stamp["score"] == ("0.00000" if stamp["dedup"] else "1.00000")
    return bool(stamp["dedup"])


def started_over(service: Service) -> int:
    return service.server.recent_log().count("retrying a scoring after a conflict")


@pytest.mark.parametrize("number", [2, 8])
@pytest.mark.parametrize("commits", [True, False])
def test_a_new_address_gets_one_passport(service: Service, number: int, commits: bool) -> None:
    """Somebody else is creating the passport when all of them ask, and then does or does not."""
    caller = partner(service)
    store_stamps(ADDRESS, credentials(service.issuer, ADDRESS, 5))
    with at_once() as start:
        with holding(service.database, INSERT_PASSPORT, ADDRESS, caller.community.pk) as holder:
            answers = [start(partial(caller.score, ADDRESS)) for _ in range(number)]
            await_waiting(service.database, number)
            holder.commit() if commits else holder.rollback()
        scores = [answer.result().json()["score"] for answer in answers]
    assert scores == ["5.00000"] * number
    assert passports(service) == [(ADDRESS, 1, 5, number)]
    assert set(owners(service).values()) == {ADDRESS}


@pytest.mark.parametrize("number", [2, 8])
def test_scorings_of_one_address_run_one_after_the_other(service: Service, number: int) -> None:
    caller = partner(service)
    store_stamps(ADDRESS, credentials(service.issuer, ADDRESS, 5))
    PassportFactory(address=ADDRESS, community=caller.community)
    with at_once() as start:
        with holding(service.database, LOCK_PASSPORT, ADDRESS, caller.community.pk):
            answers = [start(partial(caller.score, ADDRESS)) for _ in range(number)]
            await_waiting(service.database, number)
        scores = [answer.result().json()["score"] for answer in answers]
    assert scores == ["5.00000"] * number
    assert passports(service) == [(ADDRESS, 1, 5, number)]
    assert started_over(service) == 0


@pytest.mark.parametrize("number", [2, 8])
def test_of_addresses_that_share_a_nullifier_one_gets_it(service: Service, number: int) -> None:
    caller = partner(service)
    addresses = [address_number(0x100 + each) for each in range(number)]
    for address in addresses:
        store_stamps(address, [credential(service.issuer, address, nullifiers=["v0:shared", "v1:shared"])])
    with at_once() as start:
        with holding(service.database, INSERT_LINK, "v0:shared", THIRD_ADDRESS, caller.community.pk, EXPIRES_AT):
            answers = [start(partial(caller.score, address)) for address in addresses]
            await_waiting(service.database, number)
        deduplicated = [is_deduplicated(answer.result()) for answer in answers]
    assert sorted(deduplicated) == [False, *[True] * (number - 1)]
    (owner,) = set(owners(service).values())
    assert addresses[deduplicated.index(False)] == owner
    assert [row[1:] for row in passports(service)] == [(1, int(not lost), 1) for lost in deduplicated]


@pytest.mark.parametrize("addresses", [(ADDRESS, OTHER_ADDRESS), (OTHER_ADDRESS, ADDRESS)])
def test_who_writes_the_link_first_keeps_the_stamp(service: Service, addresses: tuple[str, str]) -> None:
    """The first has claimed the shared nullifier, and waits for another one, when the second comes."""
    first, second = addresses
    caller = partner(service)
    store_stamps(first, [credential(service.issuer, first, nullifiers=["v0:a-shared", "v0:z-held"])])
    store_stamps(second, [credential(service.issuer, second, nullifiers=["v0:a-shared"])])
    with at_once() as start:
        with holding(service.database, INSERT_LINK, "v0:z-held", THIRD_ADDRESS, caller.community.pk, EXPIRES_AT):
            of_first = start(partial(caller.score, first))
            await_waiting(service.database, 1)
            of_second = start(partial(caller.score, second))
            await_waiting(service.database, 2)
        assert [is_deduplicated(each.result()) for each in (of_first, of_second)] == [False, True]
    assert owners(service) == {"v0:a-shared": first, "v0:z-held": first}
    assert started_over(service) == 1


@pytest.mark.parametrize("commits", [True, False])
def test_a_link_that_the_old_service_is_writing_counts_if_it_is_committed(service: Service, commits: bool) -> None:
    caller = partner(service)
    stamp = credential(service.issuer, ADDRESS, nullifiers=["v0:a", "v0:b"])
    store_stamps(ADDRESS, [stamp, credential(service.issuer, ADDRESS, PROVIDERS[1])])
    with at_once() as start:
        with holding(service.database, INSERT_LINK, "v0:a", OTHER_ADDRESS, caller.community.pk, EXPIRES_AT) as old:
            answer = start(partial(caller.score, ADDRESS))
            await_waiting(service.database, 1)
            old.commit() if commits else old.rollback()
        assert is_deduplicated(answer.result()) is commits
        assert not is_deduplicated(answer.result(), PROVIDERS[1])
    owner = OTHER_ADDRESS if commits else ADDRESS
    found = owners(service)
    assert (found["v0:a"], found["v0:b"], len(found)) == (owner, owner, 3)
    assert started_over(service) == int(commits)
    assert passports(service) == [(ADDRESS, 1, 1 if commits else 2, 1)]


@pytest.mark.parametrize("commits", [True, False])
def test_a_forfeited_link_that_another_takes_meanwhile_is_lost(service: Service, commits: bool) -> None:
    caller = partner(service)
    HashLinkFactory(hash="v0:a", address=THIRD_ADDRESS, community=caller.community, expires_at=LONG_AGO)
    store_stamps(ADDRESS, [credential(service.issuer, ADDRESS, nullifiers=["v0:a"])])
    with at_once() as start:
        with holding(service.database, MOVE_LINK, OTHER_ADDRESS, EXPIRES_AT, "v0:a") as old:
            answer = start(partial(caller.score, ADDRESS))
            await_waiting(service.database, 1)
            old.commit() if commits else old.rollback()
        assert is_deduplicated(answer.result()) is commits
    assert owners(service) == {"v0:a": OTHER_ADDRESS if commits else ADDRESS}


def test_an_own_link_that_the_old_service_is_writing_does_not_hurt(service: Service) -> None:
    caller = partner(service)
    store_stamps(ADDRESS, [credential(service.issuer, ADDRESS, nullifiers=["v0:a"])])
    with at_once() as start:
        with holding(service.database, INSERT_LINK, "v0:a", ADDRESS, caller.community.pk, LONG_AGO) as old:
            answer = start(partial(caller.score, ADDRESS))
            await_waiting(service.database, 1)
            old.commit()
        assert not is_deduplicated(answer.result())
    assert service.database.rows("SELECT address, expires_at FROM registry_hashscorerlink") == [(ADDRESS, EXPIRES_AT)]
    assert started_over(service) == 0


def test_addresses_that_share_all_nullifiers_crosswise_do_not_lock_each_other(service: Service) -> None:
    caller = partner(service)
    names = [f"v0:{number}" for number in range(20)]
    for address, order in ((ADDRESS, names), (OTHER_ADDRESS, names[::-1])):
        pairs = zip(PROVIDERS, order, strict=False)
        given = [credential(service.issuer, address, provider, nullifiers=[name]) for provider, name in pairs]
        store_stamps(address, given)
    answers = all_at_once([partial(caller.score, address) for address in (ADDRESS, OTHER_ADDRESS) * 4])
    assert {answer.status for answer in answers} == {200}
    assert sorted({answer.json()["score"] for answer in answers}) == ["0.00000", "20.00000"]
    assert len(set(owners(service).values())) == 1
    assert len(owners(service)) == 20


@pytest.mark.parametrize("number", [2, 8])
@pytest.mark.parametrize("exists", [True, False])
def test_bulk_posts_of_one_address_leave_one_live_row_per_provider(service: Service, number: int, exists: bool) -> None:
    community = user_community()
    PassportFactory(address=ADDRESS, community=community) if exists else None
    body, headers = bulk_items(credentials(service.issuer, ADDRESS, 5)), user_headers(service, ADDRESS)
    post = partial(service.call, "POST", "/ceramic-cache/stamps/bulk", headers=headers, body=body)
    lock = (LOCK_PASSPORT if exists else INSERT_PASSPORT, ADDRESS, community.pk)
    with at_once() as start:
        with holding(service.database, *lock):
            answers = [start(post) for _ in range(number)]
            await_waiting(service.database, number)
        results = [answer.result() for answer in answers]
    assert [answer.status for answer in results] == [201] * number
    assert [answer.json()["score"]["score"] for answer in results] == ["5.00000"] * number
    assert [len(answer.json()["stamps"]) for answer in results] == [5] * number
    live = "SELECT count(*), count(DISTINCT provider) FROM ceramic_cache_ceramiccache WHERE deleted_at IS NULL"
    assert service.database.rows(live) == [(5, 5)]
    assert service.database.counts(["ceramic_cache_ceramiccache"]) == {"ceramic_cache_ceramiccache": 5 * number}
    assert passports(service) == [(ADDRESS, 1, 5, number)]


def test_stamps_of_one_address_stored_through_different_doors_do_not_clash(service: Service) -> None:
    user_community()
    embed = partner(service)
    given = credentials(service.issuer, ADDRESS, 20)
    bulk = partial(
        service.call,
        "POST",
        "/ceramic-cache/stamps/bulk",
        headers=user_headers(service, ADDRESS),
        body=bulk_items(given[::-1]),
    )
    embedded = partial(
        service.call,
        "POST",
        f"/internal/embed/stamps/{ADDRESS}",
        headers=internal_headers(service),
        body={"scorer_id": embed.community.pk, "stamps": given},
    )
    answers = all_at_once([bulk, embedded, partial(embed.score, ADDRESS)] * 3)
    assert [answer.status for answer in answers] == [201, 200, 200] * 3
    live = "SELECT count(*), count(DISTINCT provider) FROM ceramic_cache_ceramiccache WHERE deleted_at IS NULL"
    assert service.database.rows(live) == [(20, 20)]


def test_the_cap_of_the_metamask_award_holds(service: Service) -> None:
    caller = partner(service, human_points_program=True)
    service.database.execute(
        """
        INSERT INTO registry_humanpoints (address, action, chain_id, provider, tx_hash, timestamp)
        SELECT '0x' || number, 'MM2', 0, '', '', now() FROM generate_series(1, 4998) number
        """
    )
    addresses = [address_number(0x200 + each) for each in range(6)]
    AddressListFactory(name="MetaMaskOG2", members=addresses)
    for address in addresses:
        store_stamps(address, credentials(service.issuer, address, 1))
    answers = all_at_once([partial(caller.score, address) for address in addresses])
    assert [answer.status for answer in answers] == [200] * 6
    assert service.database.rows("SELECT count(*) FROM registry_humanpoints WHERE action = 'MM2'") == [(5000,)]


def test_points_of_one_address_in_two_communities_are_awarded_once(service: Service) -> None:
    callers: list[Partner] = [partner(service, human_points_program=True) for _ in range(4)]
    store_stamps(ADDRESS, credentials(service.issuer, ADDRESS, 5))
    answers = all_at_once([partial(caller.score, ADDRESS) for caller in callers * 2])
    assert [answer.status for answer in answers] == [200] * 8
    rows = service.database.rows("SELECT action, count(*) FROM registry_humanpoints GROUP BY action ORDER BY action")
    assert ("HKY", 5) in rows
    assert service.database.rows("SELECT count(*) FROM registry_humanpointscommunityqualifiedusers") == [(4,)]


def test_the_first_uses_of_a_key_at_once_are_all_answered(service: Service) -> None:
    caller = partner(service, key={"form": "pbkdf2"})
    answers = all_at_once([partial(caller.score, ADDRESS)] * 4)
    assert [answer.status for answer in answers] == [200] * 4
