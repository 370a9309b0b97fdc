import json

import pytest

from octetgate.core.payload.query_answer import wrapped


def test_an_object_is_wrapped_with_the_requests_id():
    answer = wrapped("GetParameter", b'{"Parameter": {"Value": "\xc3\xa9", "Version": 1.0}}', "id")
    assert json.loads(answer) == {
        "GetParameterResponse": {
            "GetParameterResult": {"Parameter": {"Value": "é", "Version": 1.0}},
            "ResponseMetadata": {"RequestId": "id"},
        }
    }
    # Numbers and escapes stay as they were written.
    assert b'{"Parameter": {"Value": "\xc3\xa9", "Version": 1.0}}' in answer


@pytest.mark.parametrize(
    "answer",
    [b"", b"[]", b"<a/>", b"\xff", b'{"GetParameterResponse": {"GetParameterResult": {}}}'],
)
def test_anything_else_stays_as_it_is(answer):
    assert wrapped("GetParameter", answer, "id") == answer
