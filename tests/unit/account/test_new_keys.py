"""Keys that are made are proven by their SHA-256 at once."""

from apps.account.keys import KeyRow, has_digest, present_key
from apps.account.new_keys import make_key, new_prefix


def test_a_new_key_is_proven_at_its_first_use():
    key = make_key()
    presented = present_key(x_api_key=key.text, authorization="", aliases_in_authorization=False)
    row = KeyRow(key.row_id, 1, key.digest, None, False, None, True, "", "")
    assert presented.prefix == key.prefix
    assert has_digest(row, presented)


def test_it_fits_its_columns():
    key = make_key()
    assert (len(key.prefix), len(key.digest), len(key.row_id)) == (8, 71, 80)


def test_a_given_prefix_is_taken_and_the_secret_is_another_one_each_time():
    prefix = new_prefix()
    first, second = make_key(prefix=prefix), make_key(prefix=prefix)
    assert first.prefix == second.prefix == prefix
    assert first.text != second.text


def test_its_text_is_not_shown_by_mistake():
    key = make_key()
    assert key.text not in repr(key)
    assert key.text not in f"{[key]}"
