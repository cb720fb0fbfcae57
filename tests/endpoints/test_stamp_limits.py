"""How many stamps an address may have, how large they may be, and what is read of an address that has more."""

import json
import threading
from datetime import datetime
from time import perf_counter
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from apps.ceramic_cache.models import CeramicCache
from apps.registry.models import Score
from apps.registry.recalculation.records import Selection
from apps.registry.recalculation.services import recalculate
from tests.endpoints.left_behind import all_rows
from tests.endpoints.scoring_world import ALICE, answered, hold, issue, items, store_bulk, store_embed, unsigned
from tests.factories.account import CommunityFactory

pytestmark = pytest.mark.usefixtures("scoring_world")

# Rows that were stored before there were limits: live, of 34 kB each, which the database compresses.
STORE_MANY = """
    INSERT INTO ceramic_cache_ceramiccache
        (type, address, provider, stamp, proof_value, created_at, updated_at, compose_db_save_status,
         compose_db_stream_id)
    SELECT 1, %s, 'Provider' || n, jsonb_build_object(
        'credentialSubject', jsonb_build_object('provider', 'Provider' || n), 'n', n,
        'more', (SELECT string_agg(md5((n * 10000 + k)::text), '') FROM generate_series(1, %s) k)),
        'p' || n, now(), now(), 'pending', ''
    FROM generate_series(1, %s) n
"""


@pytest.fixture
def community(scoring_world: None, settings: Settings) -> Any:
    """The UI's community."""
    community = CommunityFactory(weights={"Google": 1, "Github": 2})
    settings.CERAMIC_CACHE_SCORER_ID = community.pk
    return community


def store_many(number: int, *, hashes: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(STORE_MANY, [ALICE, hashes, number])


def embed(community: Any, *stamps: Any) -> Any:
    return store_embed({"scorer_id": community.pk, "stamps": list(stamps)})


def live() -> list[str]:
    return list(CeramicCache.objects.filter(deleted_at=None).order_by("id").values_list("provider", flat=True))


def test_a_stamp_that_is_too_large_is_400_and_nothing_is_written(community: Any, settings: Settings) -> None:
    before = all_rows()
    large = unsigned("Github", more="x" * settings.MAX_STAMP_BYTES)
    for answer in (store_bulk(items(issue("Google"), large)), embed(community, issue("Google"), large)):
        status, body = answered(answer)
        assert (status, body) == (400, {"detail": f"Stamp 1: it is larger than {settings.MAX_STAMP_BYTES} bytes."})
    assert all_rows() == before


def test_one_stamp_more_than_allowed_is_400_and_nothing_is_written(community: Any, settings: Settings) -> None:
    settings.MAX_STAMPS_PER_ADDRESS = 3
    store_bulk(items(*(unsigned(provider) for provider in "ABC")))
    before = all_rows()
    for answer in (store_bulk(items(unsigned("D"))), embed(community, unsigned("D"))):
        status, body = answered(answer)
        assert status == 400
        assert body["detail"] == "The address would have 4 live stamps; 3 are allowed. Nothing was stored."
    assert all_rows() == before


def test_stamps_that_are_replaced_do_not_count_twice(community: Any, settings: Settings) -> None:
    settings.MAX_STAMPS_PER_ADDRESS = 3
    stamps = items(*(unsigned(provider) for provider in "ABC"))
    assert [store_bulk(stamps).status_code for _ in range(2)] == [201, 201]
    assert live() == ["A", "B", "C"]


def test_more_bytes_than_allowed_in_all_are_400_and_nothing_is_written(community: Any, settings: Settings) -> None:
    hold("Google")
    before = all_rows()
    settings.MAX_STAMP_BYTES_PER_ADDRESS = 1_500
    status, body = answered(store_bulk(items(issue("Github"))))
    assert status == 400
    assert "1500 bytes that are allowed in all" in body["detail"]
    assert all_rows() == before


@pytest.mark.parametrize("number", ["1e-16383", "-1.5E-0401", "0e-9999"])
def test_a_number_that_is_printed_with_thousands_of_digits_is_400(community: Any, number: str) -> None:
    before = all_rows()
    stamp = json.dumps(unsigned("Google", numbers="here")).replace('"here"', f"[{', '.join([number] * 900)}]")
    body = f'[{{"provider": "Google", "stamp": {stamp}}}]'
    detail = "A stamp holds a number with an exponent below -400."
    assert answered(store_bulk(body)) == (400, {"detail": detail})
    assert all_rows() == before


def test_texts_and_small_numbers_that_look_alike_are_stored(community: Any) -> None:
    stamp = unsigned("Google", text="0x1e-16383", small=1e-300)
    assert store_bulk(items(stamp)).status_code == 201


def test_two_requests_at_once_do_not_exceed_the_limit_together(community: Any, settings: Settings) -> None:
    settings.MAX_STAMPS_PER_ADDRESS = 3
    store_bulk(items(*(unsigned(provider) for provider in "AB")))
    statuses: list[int] = []

    def store(provider: str) -> None:
        statuses.append(store_bulk(items(unsigned(provider))).status_code)
        connection.close()

    threads = [threading.Thread(target=store, args=(provider,)) for provider in "CDEF"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 400, 400, 400]
    assert len(live()) == 3


def test_the_newest_stamps_are_read_of_an_address_that_has_too_many(community: Any, settings: Settings) -> None:
    settings.MAX_STAMPS_PER_ADDRESS = 3
    for provider in ("Google", "Github", "A", "B"):
        hold(provider)
    answer = store_bulk([]).json()
    assert [stamp["provider"] for stamp in answer["stamps"]] == ["Github", "A", "B"]
    assert answer["score"]["score"] == "2.00000"


def test_an_address_with_three_thousand_large_stamps_is_answered_in_bounds(
    community: Any, settings: Settings, frozen: datetime
) -> None:
    store_many(3_000, hashes=300)
    hold("Google")
    started = perf_counter()
    answer = store_bulk([])
    assert perf_counter() - started < 5
    body = answer.json()
    assert len(answer.content) < 2 * settings.MAX_STAMP_BYTES_PER_ADDRESS
    assert len(body["stamps"]) <= settings.MAX_STAMPS_PER_ADDRESS
    assert body["score"]["score"] == "1.00000"


def test_a_stamp_that_unpacks_to_more_than_one_may_have_is_not_read(community: Any, settings: Settings) -> None:
    hold("Google", credential={**issue("Google"), "more": "x" * settings.MAX_STAMP_BYTES})
    hold("Github")
    answer = store_bulk([]).json()
    assert [stamp["provider"] for stamp in answer["stamps"]] == ["Github"]


def test_a_recalculation_reads_the_same_stamps_as_a_request(community: Any, settings: Settings) -> None:
    settings.MAX_STAMPS_PER_ADDRESS = 3
    for provider in ("Google", "Github", "A"):
        hold(provider)
    hold("B", credential={**issue("B"), "more": "x" * settings.MAX_STAMP_BYTES})
    asked = store_bulk([]).json()["score"]["stamps"]
    recalculate(selection=Selection(community_ids=[community.pk]), verify_all_proofs=True)
    assert json.loads(json.dumps(Score.objects.get().stamps)).keys() == asked.keys()


def test_remembered_stamps_are_those_that_are_read(community: Any, settings: Settings) -> None:
    settings.MAX_STAMPS_PER_ADDRESS = 2
    for provider in ("Google", "Github", "A"):
        hold(provider)
    scores = [store_bulk([]).json()["score"]["score"] for _ in range(2)]
    assert scores == ["2.00000", "2.00000"]
