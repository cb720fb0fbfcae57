"""Transactions of operators' work."""

import contextlib

import pytest
from django.db import connection, transaction

from apps.ceramic_cache.models import BanList
from scorer_v2.database.bulk import patient_transaction
from scorer_v2.database.bulk import transaction as bulk_transaction
from scorer_v2.database.round_trips import statement
from scorer_v2.primitives.errors import Conflict, DatabaseUnavailable
from tests.factories.account import AddressListFactory

ADD = statement("test.add", "INSERT INTO ceramic_cache_banlist (name, csv_file) VALUES (%(name)s, '')")
ADD_LIST = statement("test.add_list", "INSERT INTO account_addresslist (name) VALUES (%(name)s)")
NONSENSE = statement("test.nonsense", "SELECT nonsense")
NAMES = statement("test.names", "SELECT name FROM ceramic_cache_banlist WHERE name LIKE 'a%%' AND %(name)s <> ''")


def names() -> set[str]:
    return set(BanList.objects.values_list("name", flat=True))


@pytest.mark.usefixtures("committed_rows")
def test_it_is_a_transaction_of_its_own() -> None:
    with bulk_transaction() as bulk:
        assert bulk.count(ADD, {"name": "a"}) == 1
    assert names() == {"a"}
    assert not connection.in_atomic_block


@pytest.mark.usefixtures("committed_rows")
def test_it_joins_the_transaction_that_is_open() -> None:
    with transaction.atomic():
        with bulk_transaction() as bulk:
            bulk.count(ADD, {"name": "a"})
        transaction.set_rollback(True)
    assert names() == set()


@pytest.mark.usefixtures("committed_rows")
@pytest.mark.parametrize("outer", [False, True])
def test_an_error_undoes_all_of_it_and_nothing_else(outer: bool) -> None:
    def fail() -> None:
        with bulk_transaction() as bulk:
            bulk.count(ADD, {"name": "lost"})
            bulk.rows(NONSENSE)

    if outer:
        with transaction.atomic():
            BanList.objects.create(name="kept")
            with pytest.raises(DatabaseUnavailable):
                fail()
    else:
        with pytest.raises(DatabaseUnavailable):
            fail()
    assert names() == ({"kept"} if outer else set())


@pytest.mark.django_db
def test_a_clash_is_a_conflict() -> None:
    AddressListFactory(name="taken")
    with pytest.raises(Conflict), bulk_transaction() as bulk:
        bulk.count(ADD_LIST, {"name": "taken"})


@pytest.mark.django_db
def test_values_are_bound() -> None:
    with bulk_transaction() as bulk:
        bulk.count(ADD, {"name": "a'; DROP TABLE ceramic_cache_banlist; --"})
        assert bulk.row(NAMES, {"name": "x"})[0].startswith("a';")


@pytest.mark.django_db
def test_pages_wait_longer_than_requests_and_only_for_their_transaction() -> None:
    def limits() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")
            return list(cursor.fetchone())

    before = limits()
    with contextlib.suppress(ZeroDivisionError), patient_transaction():
        with bulk_transaction() as bulk:
            bulk.rows(statement("test.one", "SELECT 1"))
        assert limits() == ["50s", before[1]]
        raise ZeroDivisionError
    assert limits() == before
