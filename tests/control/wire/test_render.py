import json

from octetgate.control.errors import NotFoundException, ResourceNotFoundException
from octetgate.control.wire.render import answer, failure
from octetgate.control.wire.service import load
from octetgate.core.model.definition import Deployment


def rendered(name, result, service="apigateway"):
    return answer(load(service).operations[name], result)


def test_members_that_are_none_or_unknown_stay_out():
    found = rendered("GetRestApi", {"id": "a", "description": None, "colour": "red"})
    assert json.loads(found.body) == {"id": "a"}


def test_empty_collections_and_false_are_told():
    found = rendered("GetStage", {"methodSettings": {}, "tracingEnabled": False})
    assert json.loads(found.body) == {"methodSettings": {}, "tracingEnabled": False}


def test_a_record_is_shown_under_the_models_names():
    found = rendered("GetDeployment", Deployment(id="d", created_date=1700000000.0))
    assert found.body == b'{"id":"d","createdDate":1700000000}'


def test_collections_travel_under_their_wire_name():
    found = rendered("GetRestApis", {"items": [{"id": "a"}]})
    assert json.loads(found.body) == {"item": [{"id": "a"}]}


def test_the_status_is_the_models():
    assert rendered("CreateRestApi", {}).status == 201
    assert rendered("DeleteRestApi", None).status == 202
    assert rendered("DeleteMethod", None).status == 204
    assert rendered("DeleteMethod", None).body == b""


def test_a_payload_is_the_body_and_its_siblings_are_headers():
    result = {"StatusCode": 202, "FunctionError": "Unhandled", "Payload": b"\x00"}
    found = rendered("Invoke", result, "lambda")
    assert (found.status, found.body) == (202, b"\x00")
    assert found.headers == {"X-Amz-Function-Error": "Unhandled"}


def test_an_error_of_api_gateway_is_a_message_and_a_header():
    found = failure(load("apigateway"), NotFoundException("no"))
    assert (found.status, json.loads(found.body)) == (404, {"message": "no"})
    assert found.headers["x-amzn-ErrorType"] == "NotFoundException"


def test_an_error_of_lambda_says_whose_fault_it_is():
    found = failure(load("lambda"), ResourceNotFoundException("no"))
    assert json.loads(found.body) == {"Type": "User", "Message": "no"}
