"""What a form says otherwise than the record that it shows."""

import pytest

from octetgate.console.patches import replacements

SHOWN = {"name": "old", "count": 0, "share": 10.0, "on": False, "kept": "as it is"}


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"kept": "as it is"}, id="text"),
        pytest.param({"count": "0"}, id="a-zero-is-not-nothing"),
        pytest.param({"share": "10"}, id="a-whole-number"),
        pytest.param({"on": "false"}, id="a-box-that-is-not-ticked"),
        pytest.param({"description": ""}, id="what-the-record-lacks"),
    ],
)
def test_a_field_that_says_what_the_record_does_is_not_sent(said):
    assert replacements(SHOWN, said) == []


def test_a_field_that_says_something_else_is_replaced_at_its_place():
    said = {"name": "new", "count": "", "on": "true", "kept": "as it is"}
    assert replacements(SHOWN, said, "/of") == [
        {"op": "replace", "path": "/of/name", "value": "new"},
        {"op": "replace", "path": "/of/count", "value": ""},
        {"op": "replace", "path": "/of/on", "value": "true"},
    ]
