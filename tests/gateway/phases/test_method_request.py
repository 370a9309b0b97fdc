"""What a method asks of its requests, and what it shows of them (spec: lifecycle 7)."""

import pytest
from tests.gateway.builders import World, aws_proxy, http_proxy, mock, resource

from octetgate.core.model.api import Method, RequestValidator
from octetgate.gateway.phases.method_request import required_parameters


def validators(**flags):
    return {"v": RequestValidator(id="v", name="all", **flags)}


PARAMETERS = validators(validate_request_parameters=True)


def serving(required, integration=None, path="/x/{id}", given=PARAMETERS, **method) -> World:
    world = World()
    parameters = {f"method.request.{key}": True for key in required}
    members = {"request_validator_id": "v", "request_parameters": parameters, **method}
    world.deploy(
        resource(path, integration or mock(), **members),
        request_validators=given,
    )
    return world


@pytest.mark.parametrize(
    "target, headers, missing",
    [
        pytest.param("/x/7?q=1", {"X_Tag": "a"}, None, id="all-there"),
        pytest.param("/x/7?q=1", {}, "X-Tag", id="no-header"),
        pytest.param("/x/7?q=1", {"x_tag": "a"}, "X-Tag", id="header-in-another-case"),
        pytest.param("/x/7?q=1", {"X_Tag": "  "}, "X-Tag", id="blank-header"),
        pytest.param("/x/7", {"X_Tag": "a"}, "q", id="no-query"),
        pytest.param("/x/7?Q=1", {"X_Tag": "a"}, "q", id="query-in-another-case"),
        pytest.param("/x/7?q=", {"X_Tag": "a"}, "q", id="empty-query"),
        pytest.param("/x/7?q=%20+", {"X_Tag": "a"}, "q", id="blank-query"),
        pytest.param("/x/7?q=&q=1", {"X_Tag": "a"}, None, id="one-value-is-enough"),
        pytest.param("/x/7", {}, "X-Tag, q", id="several-in-one-message"),
    ],
)
async def test_a_call_without_what_its_method_requires_is_refused(target, headers, missing):
    world = serving(["querystring.q", "header.X-Tag", "path.id"])
    answer = await world.call("POST", target, **headers)
    if missing is None:
        assert answer.status == 200
        return
    message = f"Missing required request parameters: [{missing}]"
    assert (answer.status, answer.message) == (400, {"message": message})
    assert answer.headers.get("x-amzn-ErrorType") == "BadRequestException"
    assert answer.line["responseType"] == "BAD_REQUEST_PARAMETERS"


async def test_missing_names_are_listed_as_recorded():
    # By the whole key: headers, then paths, then the query.
    world = serving(["querystring.qs1", "path.issuer", "header.x-header-param"])
    answer = await world.call("GET", "/x/7")
    listed = "[x-header-param, issuer, qs1]"
    assert answer.message == {"message": f"Missing required request parameters: {listed}"}


async def test_a_path_parameter_that_the_path_has_not_is_always_missing():
    answer = await serving(["path.other"], path="/x").call("GET", "/x?other=1", other="1")
    assert answer.message == {"message": "Missing required request parameters: [other]"}


async def test_a_header_that_is_removed_on_entry_is_always_missing():
    answer = await serving(["header.TE"]).call("GET", "/x/7", TE="trailers")
    assert answer.message == {"message": "Missing required request parameters: [TE]"}


@pytest.mark.parametrize("integration", [http_proxy(), aws_proxy()], ids=["http", "lambda"])
async def test_proxies_are_validated_too_and_their_backends_not_asked(integration):
    world = serving(["querystring.q"], integration)
    assert (await world.call("POST", "/x/7")).status == 400
    assert (world.upstream.asked, world.functions.invoked) == ([], [])


async def test_a_dot_in_a_name_belongs_to_the_name():
    world = serving(["querystring.a.b"])
    assert (await world.call("GET", "/x/7?a.b=1")).status == 200
    answer = await world.call("GET", "/x/7?b=1")
    assert answer.message == {"message": "Missing required request parameters: [a.b]"}


async def test_a_method_that_is_closed_says_so_first():
    world = serving(["querystring.q"], api_key_required=True)
    assert (await world.call("GET", "/x/7")).status == 403


@pytest.mark.parametrize(
    "given, validator",
    [
        pytest.param(PARAMETERS, None, id="no-validator"),
        pytest.param(validators(), "v", id="both-flags-false"),
        pytest.param(validators(validate_request_body=True), "v", id="body-alone"),
    ],
)
async def test_without_a_validator_for_parameters_nothing_is_checked(given, validator):
    required = {"method.request.querystring.q": True}
    method = Method(http_method="GET", request_validator_id=validator, request_parameters=required)
    assert required_parameters(given, method) == ()
    world = serving(["querystring.q"], given=given, request_validator_id=validator)
    assert (await world.call("GET", "/x/7")).status == 200


def test_what_may_be_missing_is_not_required():
    parameters = {"method.request.querystring.q": False, "method.request.path.p": True}
    method = Method(http_method="GET", request_validator_id="v", request_parameters=parameters)
    assert required_parameters(PARAMETERS, method) == (("path", "p"),)
