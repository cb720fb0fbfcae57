"""A ruleset's provider id follows from its definition (contract, 6.5)."""

import hashlib

import pytest

from apps.account.rulesets.definitions import InvalidDefinition, check_definition, provider_id_of

DEFINITION = {"name": "Golden", "condition": {"AND": [{"b": 2, "a": 1}]}}


def test_it_is_type_name_and_the_digest_of_the_sorted_json():
    text = '{"condition": {"AND": [{"a": 1, "b": 2}]}, "name": "Golden"}'
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    assert provider_id_of(type_name="DeveloperList", definition=DEFINITION) == f"DeveloperList#Golden#{digest}"


def test_the_order_of_keys_does_not_matter_and_a_value_does():
    def id_of(definition):
        return provider_id_of(type_name="DeveloperList", definition=definition)

    assert id_of(dict(reversed(DEFINITION.items()))) == id_of(DEFINITION)
    assert id_of({**DEFINITION, "condition": {"OR": [1]}}) != id_of(DEFINITION)


@pytest.mark.parametrize(
    ("definition", "sentence"),
    [
        ([], "must be a JSON object"),
        ({"condition": {"AND": []}}, "needs a `name`"),
        ({"name": "not good", "condition": {}}, "letters and digits"),
        ({"name": "ünicode", "condition": {"AND": []}}, "letters and digits"),
        ({"name": "fine\n", "condition": {"AND": []}}, "letters and digits"),
        ({"name": 7, "condition": {"AND": []}}, "needs a `name`"),
        ({"name": "a" * 65, "condition": {"AND": []}}, "more than 64"),
        ({"name": "fine"}, "needs a `condition`"),
        ({"name": "fine", "condition": {}}, "needs a `condition`"),
    ],
)
def test_what_is_no_definition_is_refused(definition, sentence):
    with pytest.raises(InvalidDefinition, match=sentence):
        check_definition(definition)
