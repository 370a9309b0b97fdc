import pytest

from octetgate.core.functions.answer_fields import (
    MalformedProxyResponse,
    cookies,
    flag,
    malformed,
    multi_headers,
    single_headers,
    status,
)


@pytest.mark.parametrize("given, code", [(None, 200), (201, 201), ("404", 404)])
def test_a_status_is_a_number_or_one_in_a_string(given, code):
    assert status(given) == code


@pytest.mark.parametrize("given", ["test", "٤٠٤", 199, 600, True, 200.0, [200]])
def test_anything_else_is_no_status(given):
    with pytest.raises(MalformedProxyResponse, match="statusCode: expected 200 to 599"):
        status(given)


@pytest.mark.parametrize("given, encoded", [(None, False), (False, False), (True, True)])
def test_a_body_is_base64_only_if_that_is_said(given, encoded):
    assert flag(given) is encoded


def test_a_flag_is_no_text():
    with pytest.raises(MalformedProxyResponse, match="expected true or false; found 'true'"):
        flag("true")


def test_header_values_become_text_of_the_wire_and_null_ones_vanish():
    given = {"A": "ä", "B": True, "C": 1.5, "D": None}
    assert single_headers(given) == {"A": "Ã¤", "B": "true", "C": "1.5"}
    assert multi_headers({"A": ["x", 2]}) == {"A": ["x", "2"]}
    assert single_headers(None) == multi_headers(None) == {}


@pytest.mark.parametrize(
    "read, given, problem",
    [
        (single_headers, [], "headers: expected an object"),
        (single_headers, {"a b": "c"}, "headers: expected a header name"),
        (single_headers, {"a": "b\r\nc: d"}, "headers.a: expected no line end"),
        (single_headers, {"a": {}}, "headers.a: expected a string, number or boolean"),
        (multi_headers, [], "multiValueHeaders: expected an object"),
        (multi_headers, {"a": "b"}, "multiValueHeaders.a: expected a list"),
        (cookies, "a=b", "cookies: expected a list"),
        (cookies, ["a\n"], "cookies: expected no line end"),
    ],
)
def test_what_is_no_header_is_named(read, given, problem):
    with pytest.raises(MalformedProxyResponse) as refusal:
        read(given)
    assert str(refusal.value).startswith(problem)


def test_each_cookie_is_a_line_of_its_own():
    assert cookies(["a=1", "b=2; HttpOnly"]) == [
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2; HttpOnly"),
    ]
    assert cookies(None) == []


def test_what_was_found_is_told_in_short():
    assert len(str(malformed("body", "a string", "x" * 1000))) < 150
