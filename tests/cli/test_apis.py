import json

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.cli.conftest import runs
from tests.control.serving import served

from octetgate.cli.console import Trouble


@pytest.fixture
def pets(management):
    gw = management.gw
    api = gw.create_rest_api(name="pets", version="3", binaryMediaTypes=["image/png"])
    place = {"restApiId": api["id"]}
    path = gw.create_resource(**place, parentId=api["rootResourceId"], pathPart="dogs")
    place |= {"resourceId": path["id"], "httpMethod": "GET"}
    gw.put_method(**place, authorizationType="AWS_IAM", apiKeyRequired=True)
    gw.put_integration(**place, type="HTTP_PROXY", integrationHttpMethod="GET", uri="http://dogs/")
    yield api["id"]
    gw.delete_rest_api(restApiId=api["id"])


def test_apis_are_listed(run, pets):
    line = next(line for line in run("apis", "list").out.splitlines() if pets in line)
    assert line.split()[:4] == [pets, "pets", "3", "EDGE"]
    assert pets in [each["id"] for each in json.loads(run("apis", "list", "--json").out)]


def test_an_api_is_shown_as_a_tree_of_its_paths(run, pets):
    run("deploy", "pets", "live")
    shown = run("apis", "show", "pets").out
    assert "GET HTTP_PROXY http://dogs/ [AWS_IAM] [API key]" in shown
    assert "image/png" in shown
    assert f"http://gateway.example:8080/restapis/{pets}/live/_user_request_/" in shown
    told = json.loads(run("apis", "show", pets, "--json").out)
    assert [each["path"] for each in told["resources"]] == ["/", "/dogs"]
    assert [each["stageName"] for each in told["stages"]] == ["live"]


def test_a_deployment_is_made_by_name(run, pets, management):
    made = json.loads(run("deploy", "pets", "test", "--description", "why", "--json").out)
    found = management.gw.get_deployment(restApiId=pets, deploymentId=made["deployment"])
    assert found["description"] == "why"


def test_an_api_is_deleted_by_name(run, management):
    made = management.gw.create_rest_api(name="gone")["id"]
    assert run("apis", "delete", "gone").out == f"deleted gone ({made})\n"
    with pytest.raises(Trouble, match="'gone' stands for none"):
        run("apis", "delete", "gone")


def test_no_apis_are_told_with_what_makes_one(bare):
    found = bare("apis", "list")
    assert found.out == ""
    assert found.err == "no APIs; `octetgate import FILE --stage NAME` makes one\n"
    assert json.loads(bare("apis", "list", "--json").out) == []


def test_a_file_that_cannot_be_written_is_told(run, pets, tmp_path):
    run("deploy", pets, "live")
    place = tmp_path / "none" / "out.json"
    with pytest.raises(Trouble, match=f"--output: expected a file that can be written; {place}: "):
        run("export", pets, "--stage", "live", "--output", place)


def test_a_gateways_port_is_told_apart_from_management(far_port):
    with pytest.raises(Trouble, match=r"GetRestApis: Forbidden; is http://.* a gateway's port"):
        runs(far_port)("apis", "list")


@pytest.fixture
def far_port():
    """An endpoint that refuses as a gateway does what it does not serve."""

    async def forbidden(request):
        headers = {"x-amzn-errortype": "ForbiddenException"}
        return JSONResponse({"message": "Forbidden"}, 403, headers)

    with served(Starlette(routes=[Route("/{path:path}", forbidden)])) as port:
        yield f"http://127.0.0.1:{port}"
