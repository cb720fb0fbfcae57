from datetime import timedelta

from apps.registry.scoring.selection import select_newest
from tests.unit.scoring.factories import NOW, make_stored

OLDER = NOW - timedelta(days=1)


def test_it_selects_nothing_of_nothing() -> None:
    assert select_newest([]) == []


def test_the_newest_stamp_of_a_provider_is_selected_wherever_it_stands() -> None:
    first = make_stored(number=1, updated_at=NOW)
    second = make_stored(number=2, updated_at=OLDER)
    assert select_newest([first, second]) == [first]
    newer = make_stored(number=3, updated_at=NOW + timedelta(microseconds=1))
    assert select_newest([first, second, newer]) == [newer]


def test_of_two_stamps_of_one_age_the_earlier_one_is_selected() -> None:
    stamps = [make_stored(number=number, updated_at=NOW) for number in (1, 2)]
    assert select_newest(stamps) == stamps[:1]


def test_providers_come_in_the_order_of_their_first_rows() -> None:
    google_old = make_stored(number=1, provider="Google", updated_at=OLDER)
    github = make_stored(number=2, provider="Github", updated_at=OLDER)
    google_new = make_stored(number=3, provider="Google", updated_at=NOW)
    assert select_newest([google_old, github, google_new]) == [google_new, github]


def test_it_groups_by_the_provider_of_the_row_not_of_the_credential() -> None:
    stamps = [make_stored(number=1, provider="Google"), make_stored(number=2, provider="Github")]
    assert select_newest(stamps) == stamps
