import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.mapping.mock_status import status_code


@pytest.mark.parametrize(
    "text, status",
    [
        ('{"statusCode": 200}', 200),
        ("{statusCode: 200}", 200),
        ("{'statusCode': 200}", 200),
        ('\n {"statusCode":200,}\n', 200),
        ('{"statusCode": 200,, "a": 1,}', 200),
        ("{,statusCode: 200}", 200),
        ("{null: null, statusCode: 200}", 200),
        ("{foo bar, x: @!, statusCode: 200}", 200),
        ('{"a": {"statusCode": 1}, "b": [1, {"c": "}"}], "statusCode": 200}', 200),
        ('{"a": "\\", statusCode: 1", "statusCode": 200}', 200),
        ("{statusCode: 0}", 0),
        ("{statusCode: -1000}", -1000),
        ('{"statusCode": 99999}', 99999),
        ('{"statusCode": "200"}', None),
        ('{"statusCode": 200.0}', None),
        ('{"statusCode": null}', None),
        ('{"statusCode"}', None),
        ("{}", None),
        ("{", None),
        ("", None),
        ("200", None),
        ('"statusCode": 200', None),
        ('{"statusCode": 200', None),
        ('"statusCode": 200}', None),
        ("{\"statusCode': 200}", None),
        ("{'statusCode\": 200}", None),
        ("{foo: [..}", None),
        ("{statusCode: 200, foo: [..}", None),
        ("{statusCode: 200, foo: {bar}", None),
        ("{statusCode: 200}}", None),
        ("{statusCode: 200} {}", None),
    ],
)
def test_the_status_code_is_read_as_tolerantly_as_aws_reads_it(text, status):
    assert status_code(text) == status


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=3,
)


@given(
    st.dictionaries(st.text().filter(lambda name: name != "statusCode"), JSON, max_size=3),
    st.integers(-(10**17), 10**17),
)
def test_any_json_object_with_an_integer_status_is_read(members, status):
    assert status_code(json.dumps(members | {"statusCode": status})) == status


@given(st.text(st.sampled_from("{}[]\"',: statuCode20\\")))
def test_any_text_is_read_or_is_none(text):
    assert isinstance(status_code(text), int | None)
