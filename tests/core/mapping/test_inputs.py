import pytest

from octetgate.core.mapping.inputs import Input, Util
from octetgate.core.mapping.vtl.errors import MemberError

BODY = '{"a": {"b": "text"}, "n": 10.00, "list": [1, null], "none": null}'


@pytest.mark.parametrize(
    "body, path, result",
    [
        (BODY, "$.a.b", '"text"'),
        (BODY, "$.a", '{"b":"text"}'),
        (BODY, "$", '{"a":{"b":"text"},"n":10.0,"list":[1,null],"none":null}'),
        (BODY, "$.list", "[1,null]"),
        (BODY, "$..b", '["text"]'),
        (BODY, "$.none", "null"),
        (BODY, "$.missing", '""'),
        ("plain text", "$", '""'),
        ("", "$", "{}"),
        ("", "$.a", '""'),
    ],
)
def test_json_is_the_text_of_the_match(body, path, result):
    assert Input(body).call("json", [path]) == result


@pytest.mark.parametrize(
    "body, path, result",
    [
        (BODY, "$.a", {"b": "text"}),
        (BODY, "$.n", 10.0),
        (BODY, "$.none", None),
        (BODY, "$.missing", None),
        ("plain text", "$", None),
        ("", "$", None),
    ],
)
def test_path_is_an_object_or_null(body, path, result):
    assert Input(body).call("path", [path]) == result


def test_the_body_is_the_text_as_it_came():
    assert Input(BODY).member("body") is BODY
    assert Input("").member("body") == "{}"
    assert Input(BODY).member("header") is None


PLACES = {
    "path": {"id": ["p"], "both": ["path"]},
    "querystring": {"q": ["1", "2"], "both": ["query"], "three": ["query"], "none": []},
    "header": {"X-H": ["h1", "h2"], "three": ["header"]},
}


@pytest.mark.parametrize(
    "name, value",
    [
        ("id", "p"),
        ("q", "2"),
        ("X-H", "h2"),
        ("x-h", ""),
        ("both", "path"),
        ("three", "query"),
        ("none", ""),
        ("missing", ""),
    ],
)
def test_a_parameter_is_looked_for_in_path_then_query_then_header(name, value):
    assert Input("", **PLACES).call("params", [name]) == value


def test_all_parameters_come_by_place_with_their_last_value():
    assert Input("", **PLACES).call("params", []) == {
        "path": {"id": "p", "both": "path"},
        "querystring": {"q": "2", "both": "query", "three": "query"},
        "header": {"X-H": "h2", "three": "header"},
    }


@pytest.mark.parametrize("name, arguments", [("json", []), ("params", ["a", "b"]), ("nope", ["a"])])
def test_a_call_that_input_does_not_know_is_null(name, arguments):
    assert Input(BODY).call(name, arguments) is None


@pytest.mark.parametrize(
    "path, reason",
    [
        ("$.a[", "JSON path"),
        (None, "expected a JSON path in quotes, found 'null'"),
        (3, "found '3'"),
    ],
)
def test_a_path_that_is_none_is_refused(path, reason):
    for name in ("json", "path"):
        with pytest.raises(MemberError, match=reason):
            Input(BODY).call(name, [path])


def test_the_document_is_parsed_once():
    given = Input(BODY)
    assert given.document is given.document


@pytest.mark.parametrize(
    "name, argument, result",
    [
        ("escapeJavaScript", "a\"b\\c'd/e", "a\\\"b\\\\c\\'d\\/e"),
        ("escapeJavaScript", "\b\n\t\f\r\x01", "\\b\\n\\t\\f\\r\\u0001"),
        ("escapeJavaScript", "é€\U0001f600", "\\u00E9\\u20AC\\uD83D\\uDE00"),
        ("escapeJavaScript", None, "null"),
        ("escapeJavaScript", "", ""),
        ("escapeJavaScript", True, "true"),
        ("escapeJavaScript", 1.5, "1.5"),
        ("escapeJavaScript", {"a": "b"}, "{a=b}"),
        ("parseJson", '{"a": [1]}', {"a": [1]}),
        ("parseJson", '"s"', "s"),
        ("parseJson", "1", 1),
        ("parseJson", "true", True),
        ("parseJson", "[]", []),
        ("parseJson", None, None),
        ("parseJson", [1], [1]),
        ("urlEncode", 'a b{}":~*-_.é', "a+b%7B%7D%22%3A%7E*-_.%C3%A9"),
        ("urlEncode", None, ""),
        ("urlEncode", 1, "1"),
        ("urlDecode", "a+b%7B%C3%A9", "a b{é"),
        ("urlDecode", None, ""),
        ("base64Encode", "é", "w6k="),
        ("base64Encode", {"a": 1}, "eyJhIjoxfQ=="),
        ("base64Encode", None, ""),
        ("base64Decode", "w6k=", "é"),
        ("base64Decode", "w6k", "é"),
        ("base64Decode", "-_8=\n", "\ufffd\ufffd"),
        ("base64Decode", "w6lhb", "éa"),
        ("base64Decode", None, ""),
        ("qr", "x", None),
    ],
)
def test_a_function_of_util_follows_the_table(name, argument, result):
    assert Util().call(name, [argument]) == result


def test_util_refuses_json_that_is_none():
    with pytest.raises(MemberError, match="expected a JSON document"):
        Util().call("parseJson", ["{"])


def test_a_function_of_util_with_other_arguments_is_null():
    assert Util().call("urlEncode", []) is None
