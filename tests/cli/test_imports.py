import json
import threading

import pytest
import yaml

from octetgate.cli.console import Trouble
from octetgate.cli.watching import edits


def definition(title, paths=("/pets",), **more):
    method = {
        "responses": {"200": {"description": "fine"}},
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": '{"statusCode": 200}'},
            "responses": {"default": {"statusCode": "200"}},
        },
    }
    return {
        "openapi": "3.0.1",
        "info": {"title": title, "version": "1"},
        "paths": {path: {"get": method} for path in paths},
        **more,
    }


@pytest.fixture
def file(tmp_path):
    def write(document, name="api.yaml"):
        path = tmp_path / name
        path.write_text(yaml.safe_dump(document))
        return path

    return write


def names(management):
    found = management.gw.get_rest_apis(limit=500)["items"]
    return [each["name"] for each in found]


def paths(management, api):
    return sorted(each["path"] for each in management.gw.get_resources(restApiId=api)["items"])


def test_a_file_becomes_an_api_that_answers_on_the_stage(run, file, management):
    made = json.loads(run("import", file(definition("one")), "--stage", "live", "--json").out)
    assert (made["name"], made["updated"], made["methods"]) == ("one", False, 1)
    url = f"http://gateway.example:8080/restapis/{made['id']}/live/_user_request_/"
    assert made["url"] == url
    assert management.gw.get_stage(restApiId=made["id"], stageName="live")["deploymentId"]
    assert url in run("import", file(definition("one")), "--stage", "live").out


def test_the_same_file_again_changes_the_api_that_it_made(run, file, management):
    first = json.loads(run("import", file(definition("two")), "--json").out)
    again = json.loads(run("import", file(definition("two", ["/b"])), "--json").out)
    assert (again["id"], again["updated"]) == (first["id"], True)
    assert paths(management, first["id"]) == ["/", "/b"]
    merged = file(definition("two", ["/c"]))
    run("import", merged, "--mode", "merge")
    assert paths(management, first["id"]) == ["/", "/b", "/c"]


def test_a_name_of_ones_own_is_the_apis(run, file, management):
    made = json.loads(run("import", file(definition("three")), "--name", "drei", "--json").out)
    assert made["name"] == "drei"
    assert "three" not in names(management)


def test_an_id_may_be_chosen_so_that_urls_are_known_beforehand(run, file, management):
    path = file(definition("chosen"))
    made = json.loads(run("import", path, "--id", "chosen0001", "--stage", "live", "--json").out)
    assert (made["id"], made["name"]) == ("chosen0001", "chosen")
    again = json.loads(run("import", path, "--id", "chosen0001", "--json").out)
    assert (again["id"], again["updated"]) == ("chosen0001", True)
    broken = definition("broken", ["/b c"])
    with pytest.raises(Trouble, match="PutRestApi: Errors found during import:"):
        run("import", file(broken), "--id", "broken0001")
    assert "broken" not in names(management)
    assert "broken0001" not in names(management)


def test_a_name_of_two_apis_has_to_be_told_apart(run, file):
    path = file(definition("four"))
    run("import", path)
    run("import", path, "--new")
    with pytest.raises(Trouble, match="--api says which, --new makes another"):
        run("import", path)


def test_warnings_are_said_and_may_stop_it(run, file, management):
    odd = definition("five", **{"x-amazon-apigateway-cors": {}})
    assert "warning: x-amazon-apigateway-cors is for HTTP APIs only" in run("import", file(odd)).err
    with pytest.raises(Trouble, match="ImportRestApi: Warnings found during import:"):
        run("import", file(odd), "--fail-on-warnings", "--new")
    assert names(management).count("five") == 1


@pytest.mark.parametrize(
    "text, says",
    [
        pytest.param("a: [", "line 2, column 1: ", id="no-yaml"),
        pytest.param("[]", "expected an object; found list", id="no-object"),
        pytest.param(
            "{}", "expected swagger, openapi or Resources at its root", id="no-definition"
        ),
    ],
)
def test_a_file_that_is_no_definition_is_told(run, tmp_path, text, says):
    path = tmp_path / "api.yaml"
    path.write_text(text)
    with pytest.raises(Trouble, match=says):
        run("import", path)


def test_a_file_that_is_not_there_is_told(run, tmp_path):
    with pytest.raises(Trouble, match=r"FILE: expected a file; .*none\.yaml: No such file"):
        run("import", tmp_path / "none.yaml")


def test_each_edit_is_a_round_also_one_that_moves_a_new_file_there(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text("a")
    rounds = edits([path])
    next(rounds)

    def replaced():
        (tmp_path / "new").write_text("a")
        (tmp_path / "new").replace(path)

    for edit in (lambda: path.write_text("bb"), replaced, path.unlink):
        later = threading.Timer(0.05, edit)
        later.start()
        next(rounds)
        later.join()


def test_a_mock_that_would_get_bytes_is_cautioned_about(run, file, management):
    everything = {"x-amazon-apigateway-binary-media-types": ["*/*"]}
    told = run("import", file(definition("bytes", ["/a", "/b"], **everything))).err
    assert "caution: bytes: GET /a, GET /b will answer 500, as */* is in" in told
    text = definition("text", **everything)
    text["paths"]["/pets"]["get"]["x-amazon-apigateway-integration"]["contentHandling"] = (
        "CONVERT_TO_TEXT"
    )
    assert json.loads(run("import", file(text), "--json").out)["cautions"] == []


def test_an_answer_without_a_method_response_is_cautioned_about(run, file, management):
    lacking = definition("lacking")
    lacking["paths"]["/pets"]["get"]["responses"] = {}
    [said] = json.loads(run("import", file(lacking), "--json").out)["cautions"]
    assert said.startswith("GET /pets will answer 500 in place of 200: ")
