import pytest

from octetgate.core.mapping import expressions, jsonpath
from octetgate.core.mapping.expressions import (
    BadExpression,
    Location,
    MalformedJsonBody,
    RequestTarget,
)

PETS = '{"pets": [{"name": "Rex", "age": 3, "tags": ["a", "b"], "owner": {"x": 1.0}, "good": true, "none": null}], "0": "zero"}'


class Call:
    """One call with a little of everything."""

    def __init__(self, body=""):
        self.body = body

    def path(self, name):
        return {"id": "a%2Fb"}.get(name)

    def query(self, name):
        return {"q": ["1", "2"], "one": ["1"], "empty": [""]}.get(name, [])

    def header(self, name):
        return {"X-H": ["1", "2"]}.get(name, [])

    def response_header(self, name):
        return {"ETag": ["a", "b"]}.get(name, [])

    def body_text(self):
        return self.body

    def stage_variable(self, name):
        return {"colour": "blue"}.get(name)

    def context(self, name):
        return {"identity.sourceIp": "10.0.0.1", "requestTimeEpoch": 7}.get(name)


@pytest.mark.parametrize(
    "text, value",
    [
        ("method.request.path.id", "a%2Fb"),
        ("method.request.path.no", None),
        ("method.request.querystring.q", "2"),
        ("method.request.querystring.no", None),
        ("method.request.querystring.empty", None),
        ("method.request.multivaluequerystring.q", ["1", "2"]),
        ("method.request.multivaluequerystring.one", "1"),
        ("method.request.multivaluequerystring.no", None),
        ("method.request.header.X-H", "2"),
        ("method.request.header.x-h", None),
        ("method.request.multivalueheader.X-H", "1,2"),
        ("method.request.multivalueheader.no", None),
        ("integration.response.header.ETag", "b"),
        ("integration.response.header.etag", None),
        ("integration.response.multivalueheader.ETag", "a,b"),
        ("stageVariables.colour", "blue"),
        ("stageVariables.no", None),
        ("context.identity.sourceIp", "10.0.0.1"),
        ("context.requestTimeEpoch", None),
        ("'text'", "text"),
        ("'it''s $1'", "it''s $1"),
        ("''", None),
    ],
)
def test_an_expression_resolves_as_in_the_table(text, value):
    expression = expressions.parse_expression(text)
    assert expression.resolve(Call()) == value
    assert expression.needs_body is False


@pytest.mark.parametrize("prefix", ["method.request.body", "integration.response.body"])
@pytest.mark.parametrize(
    "path, body, value",
    [
        ("", PETS, PETS),
        ("", "", "{}"),
        ("", "opaque", "opaque"),
        (".pets[0].name", PETS, "Rex"),
        (".pets[0].age", PETS, "3"),
        (".pets[0].good", PETS, "true"),
        (".pets[0].tags", PETS, '["a","b"]'),
        (".pets[0].owner", PETS, '{"x":1.0}'),
        (".pets[0].none", PETS, None),
        (".pets[*].name", PETS, '["Rex"]'),
        (".pets[7].name", PETS, None),
        ("['0']", PETS, "zero"),
        ("[1]", "[1, 2]", "2"),
        (".a", "opaque", None),
        (".a", "", None),
        (".a", '"a string"', None),
    ],
)
def test_a_body_expression_reads_text_or_json(prefix, path, body, value):
    expression = expressions.parse_expression(prefix + path)
    assert expression.needs_body is True
    assert expression.resolve(Call(body)) == value


@pytest.mark.parametrize("body", ["{", "[1,", '"open', "'single'", "  {bad}"])
@pytest.mark.parametrize(
    "text", ["method.request.body", "method.request.body.a", "integration.response.body.a"]
)
def test_a_body_that_starts_like_json_must_be_json(text, body):
    with pytest.raises(MalformedJsonBody, match="expected a JSON document"):
        expressions.parse_expression(text).resolve(Call(body))


@pytest.mark.parametrize(
    "text, body, value",
    [
        (
            "integration.response.body.errorMessage.x.y",
            '{"errorMessage": "{\\"x\\": {\\"y\\": 1}}"}',
            "1",
        ),
        ("integration.response.body.errorMessage[0]", '{"errorMessage": "[5]"}', "5"),
        ("integration.response.body.errorMessage.x", '{"errorMessage": {"x": 2}}', "2"),
        ("integration.response.body.errorMessage.x", '{"errorMessage": "not json"}', None),
        ("integration.response.body.errorMessage.x", '{"errorMessage": 1}', None),
        ("integration.response.body.errorMessage.x", "[]", None),
        ("integration.response.body.errorMessages", '{"errorMessage": "{}"}', None),
        ("method.request.body.errorMessage.x", '{"errorMessage": "{\\"x\\": 1}"}', None),
    ],
)
def test_an_error_message_that_is_json_is_reached_into_for_responses(text, body, value):
    assert expressions.parse_expression(text).resolve(Call(body)) == value


def test_a_body_that_finds_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(jsonpath, "_MOST", 2)
    with pytest.raises(MalformedJsonBody, match="finds more than 2 values"):
        expressions.parse_expression("method.request.body[*]").resolve(Call("[1, 2, 3]"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text",
        "'open",
        "'",
        "true",
        "method.request.header.",
        "method.request.cookie.a",
        "method.request.header.a b",
        "context",
        "stageVariables.",
        "method.request.body.",
        "method.request.body.a[",
        "method.request.bodyx",
        "integration.response.status",
    ],
)
def test_what_is_no_expression_is_refused_with_awss_words(text):
    with pytest.raises(BadExpression) as caught:
        expressions.parse_expression(text)
    assert (
        str(caught.value)
        == "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: true]"
    )
    assert caught.value.found == text
    assert caught.value.expected


@pytest.mark.parametrize(
    "key, location, name",
    [
        ("integration.request.header.X-A.b_$1", Location.HEADER, "X-A.b_$1"),
        ("integration.request.querystring.q", Location.QUERYSTRING, "q"),
        ("integration.request.path.id", Location.PATH, "id"),
    ],
)
def test_a_request_target_names_a_place(key, location, name):
    assert expressions.parse_request_target(key) == RequestTarget(location, name)


def test_response_targets_are_headers():
    assert expressions.parse_response_target("method.response.header.ETag") == "ETag"
    assert expressions.parse_gateway_response_target("gatewayresponse.header.X") == "X"


@pytest.mark.parametrize(
    "parse, key",
    [
        (expressions.parse_request_target, "integration.request.body.x"),
        (expressions.parse_request_target, "integration.request.header.a/b"),
        (expressions.parse_request_target, "method.request.header.a"),
        (expressions.parse_response_target, "method.response.querystring.a"),
        (expressions.parse_gateway_response_target, "method.response.header.a"),
        (expressions.parse_request_expression, "integration.response.header.a"),
        (expressions.parse_response_expression, "method.request.header.a"),
        (expressions.parse_gateway_response_expression, "method.request.body.a"),
    ],
)
def test_a_key_or_expression_of_the_wrong_side_is_refused(parse, key):
    with pytest.raises(BadExpression):
        parse(key)


@pytest.mark.parametrize(
    "parse, text",
    [
        (expressions.parse_request_expression, "method.request.body"),
        (expressions.parse_response_expression, "integration.response.body"),
        (expressions.parse_gateway_response_expression, "context.requestId"),
        (expressions.parse_gateway_response_expression, "'*'"),
    ],
)
def test_an_expression_of_the_right_side_is_accepted(parse, text):
    assert parse(text).text == text
