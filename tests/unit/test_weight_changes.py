"""What changes between two sets of weights; and weights from files."""

from decimal import Decimal

import pytest

from apps.scorer_weighted.configurations.changes import changes_between
from apps.scorer_weighted.configurations.csv_file import parse_weights


def told(before, after):
    return [(one.provider, one.before, one.after, one.kind) for one in changes_between(before, after).weights]


def test_each_change_has_its_kind():
    before = {"same": "1.5", "up": 1, "down": "2", "gone": 0.1, "broken": None}
    after = {"same": 1.5, "up": "1.1", "down": 1.0, "new": 3, "broken": 2}
    assert told(before, after) == [
        ("broken", "None", "2", "changed"),
        ("down", "2", "1", "lowered"),
        ("gone", "0.1", None, "removed"),
        ("new", None, "3", "added"),
        ("up", "1", "1.1", "raised"),
    ]
    assert changes_between(before, after).unchanged == 1


@pytest.mark.parametrize(("before", "after"), [("1", 1.0), (0.1, "0.1"), ("1.2500", 1.25), ("junk", "junk")])
def test_the_same_number_in_another_spelling_is_no_change(before, after):
    assert not changes_between({"a": before}, {"a": after})


def test_another_spelling_is_counted():
    change = changes_between({"a": "1", "b": 2, "c": "3", "d": "x"}, {"a": 1.0, "b": 2.0, "c": 4, "d": "x"})
    assert (len(change.weights), change.unchanged, change.respelled) == (1, 3, 1)


def test_a_scorer_without_weights_gets_all_of_them():
    assert told(None, {"a": 1}) == [("a", None, "1", "added")]
    assert told({"a": 1}, None) == [("a", "1", None, "removed")]


def test_the_threshold_is_compared_at_five_places():
    def threshold(before, after):
        return changes_between({}, {}, threshold_before=before, threshold_after=after).threshold

    assert threshold(Decimal("20.00000"), 20.0) is None
    assert threshold(Decimal("20.00000"), 20.5) == ("20.00000", "20.50000")
    assert threshold(None, 20.5) is None


def test_weights_are_read_with_or_without_a_header():
    lines = b"Google,1.25\r\nGithub, 0.5 \r\n\r\n"
    for head in (b"", b"\xef\xbb\xbf", b"provider,weight\n"):
        file = parse_weights(head + lines)
        assert [(entry.provider, entry.weight) for entry in file.entries] == [("Google", 1.25), ("Github", 0.5)]
        assert file.rejected == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Google", "two cells"),
        ("Google,1,2", "two cells"),
        (",1", "no provider"),
        ("Google,much", "'much' is not a number"),
        ("Google,NaN", "'NaN' is not a number"),
        ("Google,Infinity", "is not a number"),
        ("Google,-1", "from 0 to"),
        ("Google,1e30", "from 0 to"),
        (f"{'g' * 101},1", "more than 100"),
    ],
)
def test_a_line_that_is_no_weight_is_named(line, reason):
    (rejected,) = parse_weights(f"Fine,1\n{line}\n".encode()).invalid
    assert rejected.line == 2
    assert reason in rejected.reason


def test_a_provider_that_comes_again_is_a_duplicate():
    file = parse_weights(b"Google,1\nGoogle,2\n")
    assert [(entry.provider, entry.weight) for entry in file.entries] == [("Google", 1.0)]
    assert [rejected.line for rejected in file.duplicates] == [2]
