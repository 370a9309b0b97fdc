import json

import pytest

from octetgate.blueprints.hello_world_python.handler import handler


class Context:
    function_name = "hello"


@pytest.mark.parametrize(
    "event, greeting",
    [
        ({"name": "Ada"}, "Hello, Ada!"),
        ({}, "Hello, world!"),
        ({"name": None}, "Hello, world!"),
        ([], "Hello, world!"),
        ("x", "Hello, world!"),
    ],
)
def test_a_caller_is_greeted(event, greeting):
    assert handler(event, Context()) == {"message": greeting}


@pytest.mark.parametrize(
    "query, greeting", [({"name": "Ada"}, "Hello, Ada!"), (None, "Hello, world!")]
)
def test_an_api_gets_a_response_that_it_can_send(query, greeting):
    event = {"httpMethod": "GET", "requestContext": {}, "queryStringParameters": query}
    answer = handler(event, Context())
    assert (answer["statusCode"], answer["headers"]) == (200, {"Content-Type": "application/json"})
    assert json.loads(answer["body"]) == {"message": greeting}


def test_what_it_got_is_in_its_log(capsys):
    handler({"name": "Ada"}, Context())
    assert capsys.readouterr().out == 'hello got {"name": "Ada"}\n'
