import base64
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.functions.answer_fields import MalformedProxyResponse
from octetgate.core.functions.proxy_event import (
    ProxyRequest,
    proxy_event,
    proxy_response,
)
from octetgate.core.http.headers import Headers

FIELDS = [
    "resource",
    "path",
    "httpMethod",
    "headers",
    "multiValueHeaders",
    "queryStringParameters",
    "multiValueQueryStringParameters",
    "pathParameters",
    "stageVariables",
    "requestContext",
    "body",
    "isBase64Encoded",
]


def request(**changes):
    bare = {
        "resource": "/albums/{proxy+}",
        "path": "/albums/2024//cover%20art/",
        "http_method": "POST",
        "headers": Headers([]),
        "context": {"stage": "prod"},
    }
    return ProxyRequest(**(bare | changes))


def event(**changes):
    return json.loads(proxy_event(request(**changes)))


def answered(value):
    return proxy_response(json.dumps(value).encode())


def test_the_composed_example_comes_out_whole():
    told = event(
        headers=Headers([("Accept", "image/png"), ("X-Tag", "one"), ("X-Tag", "two")]),
        query=[("size", "small"), ("q", "a b"), ("size", "large")],
        path_parameters={"proxy": "2024//cover%20art"},
        stage_variables={"bucket": "demo"},
        context={"requestTimeEpoch": 1710276906123, "identity": {"user": None}},
        body=b"iVBORw0KGgo=",
        is_base64_encoded=True,
    )
    assert told == {
        "resource": "/albums/{proxy+}",
        "path": "/albums/2024//cover%20art/",
        "httpMethod": "POST",
        "headers": {"Accept": "image/png", "X-Tag": "two"},
        "multiValueHeaders": {"Accept": ["image/png"], "X-Tag": ["one", "two"]},
        "queryStringParameters": {"size": "large", "q": "a b"},
        "multiValueQueryStringParameters": {"size": ["small", "large"], "q": ["a b"]},
        "pathParameters": {"proxy": "2024//cover%20art"},
        "stageVariables": {"bucket": "demo"},
        "requestContext": {"requestTimeEpoch": 1710276906123, "identity": {"user": None}},
        "body": "iVBORw0KGgo=",
        "isBase64Encoded": True,
    }


def test_every_field_is_present_and_empty_ones_are_null():
    told = event()
    assert list(told) == FIELDS
    assert [name for name in FIELDS if told[name] is None] == [
        "headers",
        "multiValueHeaders",
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "pathParameters",
        "stageVariables",
        "body",
    ]
    assert told["isBase64Encoded"] is False


def test_header_names_keep_the_clients_casing():
    assert event(headers=Headers([("tEsT-HEADeR", "v")]))["headers"] == {"tEsT-HEADeR": "v"}


def test_one_name_in_two_casings_is_one_header():
    told = event(headers=Headers([("X-Tag", "one"), ("x-tag", "two")]))
    assert told["multiValueHeaders"] == {"X-Tag": ["one", "two"]}
    assert told["headers"] == {"X-Tag": "two"}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_body_arrives_as_it_was(body):
    assert event(body=body)["body"] == body


@given(st.binary())
def test_any_binary_body_survives_as_base64(data):
    told = event(body=base64.b64encode(data), is_base64_encoded=True)
    assert base64.b64decode(told["body"]) == data


def test_an_empty_answer_is_200_with_the_default_content_type():
    reply = answered({})
    assert (reply.status, reply.body, reply.is_base64_encoded) == (200, b"", False)
    assert reply.headers == [("Content-Type", "application/json")]


@pytest.mark.parametrize(
    "output, status, header",
    [
        pytest.param({"statusCode": 200}, 200, None, id="status-only"),
        pytest.param({"headers": {"h": "v"}}, 200, "v", id="headers-only"),
        pytest.param({"statusCode": "201"}, 201, None, id="numeric-string"),
        pytest.param({"statusCode": None}, 200, None, id="null-status"),
        pytest.param({"statusCode": 200, "headers": None}, 200, None, id="null-headers"),
        pytest.param({"multiValueHeaders": None}, 200, None, id="null-multi-value-headers"),
        pytest.param({"headers": {"h": True}}, 200, "true", id="header-true"),
        pytest.param({"headers": {"h": False}}, 200, "false", id="header-false"),
        pytest.param({"headers": {"h": 12}}, 200, "12", id="header-integer"),
        pytest.param({"headers": {"h": 1.5}}, 200, "1.5", id="header-fraction"),
        pytest.param({"headers": {"h": None}}, 200, None, id="header-null"),
        pytest.param({"headers": {"h": ""}}, 200, "", id="header-empty"),
    ],
)
def test_an_accepted_answer_gives(output, status, header):
    reply = answered(output)
    assert reply.status == status
    assert dict(reply.headers).get("h") == header


@pytest.mark.parametrize(
    "payload, complaint",
    [
        pytest.param('{"statusCode":"test"}', "statusCode: expected 200 to 599", id="status-word"),
        pytest.param('{"statusCode":true}', "statusCode", id="status-boolean"),
        pytest.param('{"statusCode":200.5}', "statusCode", id="status-fraction"),
        pytest.param('{"statusCode":99}', "statusCode", id="status-too-low"),
        pytest.param('{"statusCode":100}', "statusCode", id="status-interim"),
        pytest.param('{"statusCode":600}', "statusCode", id="status-too-high"),
        pytest.param('{"statusCode":"20000"}', "statusCode", id="status-too-long"),
        pytest.param('{"statusCode":"²00"}', "statusCode", id="status-superscript"),
        pytest.param('{"statusCode":200,"wrongValue":"x"}', "found 'wrongValue'", id="stray-key"),
        pytest.param('{"headers":"x"}', "headers: expected an object", id="headers-string"),
        pytest.param('{"headers":{"h":["v"]}}', "headers.h: expected a string", id="header-list"),
        pytest.param('{"headers":{"h":"a\\r\\nX: b"}}', "no line end", id="header-injection"),
        pytest.param('{"headers":{"a b":"v"}}', "a header name", id="header-name"),
        pytest.param('{"headers":{"":"v"}}', "a header name", id="header-name-empty"),
        pytest.param('{"multiValueHeaders":{"h":"v"}}', "multiValueHeaders.h: expected a list", id="multi-not-a-list"),
        pytest.param('{"multiValueHeaders":[]}', "multiValueHeaders: expected an object", id="multi-list"),
        pytest.param('{"multiValueHeaders":{"h":[{}]}}', "multiValueHeaders.h", id="multi-of-objects"),
        pytest.param('"justAString"', "expected an object; found 'justAString'", id="string"),
        pytest.param("[]", "found []", id="array"),
        pytest.param("12", "found 12", id="number"),
        pytest.param("null", "found None", id="null"),
        pytest.param("", "expected JSON", id="nothing"),
        pytest.param("<html>", "expected JSON", id="not-json"),
        pytest.param('{"a":' * 5000, "expected JSON", id="nested-too-deep"),
        pytest.param('{"errorMessage":"m","errorType":"E"}', "found 'errorMessage'", id="function-raised"),
        pytest.param('{"statusCode":200,"cookies":[]}', "found 'cookies'", id="format-2-cookies"),
        pytest.param('{"body":{"a":1}}', "body: expected a string or null", id="body-object"),
        pytest.param('{"body":12}', "body", id="body-number"),
        pytest.param('{"isBase64Encoded":"yes"}', "isBase64Encoded: expected true or false", id="flag-string"),
    ],
)  # fmt: skip
def test_a_malformed_answer_is_refused_with_its_reason(payload, complaint):
    with pytest.raises(MalformedProxyResponse) as refusal:
        proxy_response(payload.encode())
    assert complaint in str(refusal.value)


def test_bytes_that_are_no_utf8_are_refused():
    with pytest.raises(MalformedProxyResponse):
        proxy_response(b'{"body":"\xff"}')


def test_a_long_answer_is_quoted_short():
    with pytest.raises(MalformedProxyResponse) as refusal:
        answered("x" * 1000)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize(
    "body, sent",
    [
        pytest.param(None, b"", id="null"),
        pytest.param("", b"", id="empty"),
        pytest.param("grüße", "grüße".encode(), id="utf-8"),
        pytest.param("aGk=", b"aGk=", id="base64-stays-text"),
    ],
)
def test_the_body_is_the_string_as_utf8(body, sent):
    assert answered({"body": body, "isBase64Encoded": True}).body == sent


@pytest.mark.parametrize(
    "single, multi, merged",
    [
        pytest.param({"A": "solo"}, {"A": ["multi"]}, [("A", "multi"), ("A", "solo")], id="multi-first"),
        pytest.param({"test-multi": "solo"}, {"tesT-Multi": ["multi"]}, [("tesT-Multi", "multi"), ("tesT-Multi", "solo")], id="casing-of-multi"),
        pytest.param({"A": "same"}, {"A": ["same", "other"]}, [("A", "same"), ("A", "other")], id="identical-pair-once"),
        pytest.param({}, {"Set-Cookie": ["a=1", "b=2"]}, [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")], id="cookies-stay-separate"),
        pytest.param({}, {"A": ["x", "x"]}, [("A", "x"), ("A", "x")], id="repeated-within-multi-stays"),
        pytest.param({"A": "1"}, {"B": ["2"]}, [("A", "1"), ("B", "2")], id="different-names"),
        pytest.param({"A": "1"}, {"A": []}, [("A", "1")], id="empty-list"),
        pytest.param({"A": "é"}, {}, [("A", "\u00c3\u00a9")], id="utf-8-as-latin-1"),
    ],
)  # fmt: skip
def test_headers_merge(single, multi, merged):
    reply = answered({"headers": single, "multiValueHeaders": multi})
    assert reply.headers == [*merged, ("Content-Type", "application/json")]


@pytest.mark.parametrize(
    "answer",
    [{"headers": {"CONTENT-type": "image/png"}}, {"multiValueHeaders": {"content-TYPE": ["image/png"]}}],
)  # fmt: skip
def test_a_content_type_in_any_casing_is_the_only_one(answer):
    reply = answered(answer)
    assert [name.lower() for name, _ in reply.headers] == ["content-type"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.text("xyz", max_size=3)), max_size=8))
def test_multi_values_keep_their_order_and_the_single_view_the_last(pairs):
    told = event(query=pairs)
    multi = told["multiValueQueryStringParameters"] or {}
    assert sorted((name, value) for name, values in multi.items() for value in values) == sorted(
        pairs
    )
    for name, values in multi.items():
        assert told["queryStringParameters"][name] == values[-1]
        places = [place for place, pair in enumerate(pairs) if pair[0] == name]
        assert all(one < two for one, two in pairwise(places))
        assert [pairs[place][1] for place in places] == values
