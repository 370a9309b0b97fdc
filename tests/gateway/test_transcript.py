import pytest

from octetgate.gateway.transcript import Transcript, java_map, shown


def test_a_log_begins_with_the_request_and_every_line_with_its_moment():
    moments = iter([0, 86_399, 1_700_000_000])
    script = Transcript(lambda: next(moments))
    script.say("HTTP Method: GET, Resource Path: /foo")
    script.say("Method completed with status: 200")
    assert script.text("u-1").splitlines() == [
        "Execution log for request u-1",
        "Thu Jan 01 00:00:00 UTC 1970 : Starting execution for request: u-1",
        "Thu Jan 01 23:59:59 UTC 1970 : HTTP Method: GET, Resource Path: /foo",
        "Tue Nov 14 22:13:20 UTC 2023 : Method completed with status: 200",
    ]


@pytest.mark.parametrize(
    "pairs, text",
    [
        pytest.param([], "{}", id="empty"),
        pytest.param([("a", "b"), ("c", "d, e")], "{a=b, c=d, e}", id="as-java-prints-it"),
        pytest.param([("a", "x" * 997)], "{a=" + "x" * 997 + " [TRUNCATED]", id="cut"),
        pytest.param([("a", "x" * 996)], "{a=" + "x" * 996 + "}", id="just-fits"),
        pytest.param(
            [("Authorization", "AWS4-secret")], "{Authorization=***********}", id="secret"
        ),
        pytest.param([("x-api-key", "0123456789abcdef")], "{x-api-key=**********abcdef}", id="end"),
    ],
)
def test_maps_are_written_as_the_service_writes_them(pairs, text):
    assert java_map(pairs) == text


@pytest.mark.parametrize(
    "body, text",
    [
        (b"", ""),
        ("ä".encode(), "ä"),
        (b"\x1f\x8b\xff", "[Binary Data]"),
        (None, "[Binary Data]"),
        (b"x" * 1001, "x" * 1000 + " [TRUNCATED]"),
    ],
)
def test_bodies_are_shown_as_text_or_named_as_binary(body, text):
    assert shown(body) == text
