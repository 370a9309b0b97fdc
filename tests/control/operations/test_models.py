import json

import pytest
from tests.control.refusals import absent, bad, refused, taken

from octetgate.core.ports.store import DEPLOYMENTS

PET = json.dumps({"type": "object", "properties": {"name": {"type": "string"}}})


@pytest.fixture
def pet(gw, api):
    """Return the place of a model on a fresh API, as keyword arguments."""
    gw.create_model(restApiId=api.id, name="Pet", contentType="application/json", schema=PET)
    return {"restApiId": api.id, "modelName": "Pet"}


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def patch(op, path, value=None):
    return [{"op": op, "path": path, **({} if value is None else {"value": value})}]


def reference(api, name):
    return {"$ref": f"https://apigateway.amazonaws.com/restapis/{api.id}/models/{name}"}


def test_an_api_is_born_with_two_models(gw, api):
    empty, error = gw.get_models(restApiId=api.id)["items"]
    assert (empty["name"], empty["contentType"], empty["description"]) == (
        "Empty",
        "application/json",
        "This is a default empty schema model",
    )
    assert json.loads(empty["schema"]) == {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "title": "Empty Schema",
        "type": "object",
    }
    assert (error["name"], error["description"]) == (
        "Error",
        "This is a default error schema model",
    )
    assert json.loads(error["schema"]) == {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "title": "Error Schema",
        "type": "object",
        "properties": {"message": {"type": "string"}},
    }
    assert len({empty["id"], error["id"]}) == 2
    assert (len(empty["id"]), empty["id"].isalnum()) == (6, True)


def test_what_is_given_comes_back(gw, api):
    given = {
        "name": "Pet",
        "contentType": "application/json",
        "schema": PET,
        "description": "one of them",
    }
    made = gw.create_model(restApiId=api.id, **given)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert shown(made) == {"id": made["id"], **given}
    assert shown(gw.get_model(restApiId=api.id, modelName="Pet")) == shown(made)
    names = [model["name"] for model in gw.get_models(restApiId=api.id)["items"]]
    assert names == ["Empty", "Error", "Pet"]


@pytest.mark.parametrize(
    "given, message",
    [
        ({"name": ""}, "Model name must be non-empty"),
        ({"name": "pet-model"}, "Model name must be alphanumeric: pet-model"),
        ({"schema": ""}, "Model schema must have at least 1 property or array items defined"),
        (
            {"schema": "{"},
            (
                "Invalid model specified: Validation Result: warnings : [], errors : "
                "[Invalid model schema specified]"
            ),
        ),
        (
            {"schema": '{"properties": {"a": {"example": 1}}}'},
            (
                "Invalid model specified: Validation Result: warnings : [], errors : "
                '[Invalid model schema specified. Unsupported keyword(s): ["example"]]'
            ),
        ),
        (
            {"schema": '{"required": [], "$ref": "#/components/schemas/Pet"}'},
            (
                "Invalid model specified: Validation Result: warnings : [], errors : "
                "[Invalid model schema specified, Model reference must be in canonical form]"
            ),
        ),
        (
            {"contentType": "123"},
            (
                "Invalid model specified: Validation Result: warnings : [], errors : "
                "[Invalid content type specified: 123]"
            ),
        ),
    ],
)
def test_what_is_no_model_is_refused(gw, api, given, message):
    members = {"name": "Pet", "contentType": "application/json", "schema": PET, **given}
    assert refused(gw.create_model, restApiId=api.id, **members) == bad(message)
    assert len(gw.get_models(restApiId=api.id)["items"]) == 2


def test_a_model_needs_a_schema_a_name_and_a_content_type(gw, api):
    found = refused(gw.create_model, restApiId=api.id)
    assert found == (
        "ValidationException",
        400,
        (
            "2 validation errors detected: Value null at 'createModelInput.name' failed to satisfy "
            "constraint: Member must not be null; Value null at 'createModelInput.contentType' "
            "failed to satisfy constraint: Member must not be null"
        ),
    )
    found = refused(gw.create_model, restApiId=api.id, name="A", contentType="application/json")
    assert found == bad("Model schema must have at least 1 property or array items defined")


def test_a_schema_of_something_other_than_json_is_kept_as_it_is(gw, api):
    made = gw.create_model(restApiId=api.id, name="X", contentType="text/xml", schema="<xs:x/>")
    assert made["schema"] == "<xs:x/>"
    found = refused(gw.get_model_template, restApiId=api.id, modelName="X")
    assert found == bad("schema of X: expected a JSON schema to make a template from")


def test_a_name_is_given_once(gw, pet):
    found = refused(
        gw.create_model,
        restApiId=pet["restApiId"],
        name="Pet",
        contentType="application/json",
        schema=PET,
    )
    assert found == taken("Model name already exists for this REST API")


@pytest.mark.parametrize(
    "operation", ["get_model", "update_model", "delete_model", "get_model_template"]
)
def test_an_unknown_model_is_not_found(gw, api, operation):
    found = refused(getattr(gw, operation), restApiId=api.id, modelName="Pet")
    assert found == absent("Invalid model name specified: Pet")


def test_models_of_an_unknown_api_are_not_found(gw):
    found = refused(gw.get_models, restApiId="nope")
    assert found == absent("Invalid API identifier specified 000000000000:nope")


def test_a_model_may_name_models_of_its_api(gw, api, pet):
    place = {"restApiId": api.id, "contentType": "application/json"}
    pets = {"type": "array", "items": reference(api, "Pet")}
    made = gw.create_model(**place, name="Pets", schema=json.dumps(pets))
    assert json.loads(made["schema"]) == pets
    flat = gw.get_model(restApiId=api.id, modelName="Pets", flatten=True)
    assert json.loads(flat["schema"]) == {
        "type": "array",
        "items": {"$ref": "#/definitions/Pet"},
        "definitions": {"Pet": json.loads(PET)},
    }
    assert refused(gw.delete_model, **pet) == taken(
        "Cannot delete model 'Pet', is referenced in model: Pets"
    )
    nobody = json.dumps({"items": reference(api, "Nobody")})
    found = refused(gw.create_model, **place, name="More", schema=nobody)
    assert found == bad("Invalid model identifier specified: Nobody")


def test_a_template_is_made_from_a_model_and_those_that_it_names(gw, api, pet):
    pets = json.dumps({"type": "array", "items": reference(api, "Pet")})
    gw.create_model(restApiId=api.id, contentType="application/json", name="Pets", schema=pets)
    assert gw.get_model_template(**pet)["value"] == (
        '#set($inputRoot = $input.path(\'$\'))\n{\n  "name" : "$inputRoot.name"\n}'
    )
    template = gw.get_model_template(restApiId=api.id, modelName="Pets")["value"]
    assert '    "name" : "$elem.name"' in template.split("\n")


def test_patching_a_model(gw, pet):
    operations = patch("replace", "/schema", '{"type": "string"}')
    operations += patch("replace", "/description", "new")
    changed = gw.update_model(**pet, patchOperations=operations)
    assert (changed["schema"], changed["description"]) == ('{"type": "string"}', "new")
    assert shown(gw.get_model(**pet)) == shown(changed)


@pytest.mark.parametrize(
    "op, path, value, message",
    [
        (
            "replace",
            "/name",
            "x",
            (
                "Invalid patch path  '/name' specified for op 'replace'. Must be one of: "
                "[/description, /schema]"
            ),
        ),
        (
            "add",
            "/schema",
            "{}",
            (
                "Invalid patch path  '/schema' specified for op 'add'. "
                "Please choose supported operations"
            ),
        ),
        (
            "replace",
            "/schema",
            "",
            "Model schema must have at least 1 property or array items defined",
        ),
        (
            "replace",
            "/schema",
            "[]",
            (
                "Invalid model specified: Validation Result: warnings : [], errors : "
                "[Invalid model schema specified]"
            ),
        ),
    ],
)
def test_a_patch_that_cannot_be_is_refused(gw, pet, op, path, value, message):
    before = shown(gw.get_model(**pet))
    found = refused(gw.update_model, **pet, patchOperations=patch(op, path, value))
    assert found == bad(message)
    assert shown(gw.get_model(**pet)) == before


def test_a_model_that_a_request_names_stays(gw, api, pet):
    place = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "ANY"}
    made = gw.put_method(
        **place, authorizationType="NONE", requestModels={"application/json": "Pet"}
    )
    assert made["requestModels"] == {"application/json": "Pet"}
    assert refused(gw.delete_model, **pet) == taken(
        "Cannot delete model 'Pet', is referenced in method request: //ANY"
    )
    gw.update_method(**place, patchOperations=patch("remove", "/requestModels/application~1json"))
    assert gw.delete_model(**pet)["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert refused(gw.get_model, **pet) == absent("Invalid model name specified: Pet")


def test_a_model_that_a_response_names_stays(gw, post, pet):
    gw.put_method_response(
        **{**post, "restApiId": pet["restApiId"]},
        statusCode="200",
        responseModels={"application/json": "Pet"},
    )
    assert refused(gw.delete_model, **pet) == taken(
        "Cannot delete model 'Pet', is referenced in method response: //POST"
    )


def test_a_method_names_models_of_its_api_alone(gw, post):
    found = refused(
        gw.update_method,
        **post,
        patchOperations=patch("add", "/requestModels/application~1json", "petModel"),
    )
    assert found == bad("Invalid model identifier specified: petModel")


def test_a_copy_of_an_api_has_models_that_name_each_other(gw, api, pet):
    pets = json.dumps({"type": "array", "items": reference(api, "Pet")})
    gw.create_model(restApiId=api.id, contentType="application/json", name="Pets", schema=pets)
    copy = gw.create_rest_api(name="copy", cloneFrom=api.id)["id"]
    theirs = {model["name"]: model for model in gw.get_models(restApiId=copy)["items"]}
    ours = {model["name"]: model for model in gw.get_models(restApiId=api.id)["items"]}
    assert list(theirs) == list(ours)
    assert theirs["Pet"]["id"] != ours["Pet"]["id"]
    assert f"/restapis/{copy}/models/Pet" in theirs["Pets"]["schema"]


def test_a_built_in_model_can_be_deleted(gw, api):
    gw.delete_model(restApiId=api.id, modelName="Empty")
    assert [model["name"] for model in gw.get_models(restApiId=api.id)["items"]] == ["Error"]


def test_a_deployment_keeps_its_models_as_they_were(gw, management, mocked):
    api = mocked["restApiId"]
    gw.create_model(restApiId=api, name="Pet", contentType="application/json", schema=PET)
    gw.create_deployment(restApiId=api, stageName="s")
    operations = patch("replace", "/schema", '{"type": "string"}')
    gw.update_model(restApiId=api, modelName="Pet", patchOperations=operations)
    gw.delete_model(restApiId=api, modelName="Empty")
    with management.store.read() as reading:
        ((_, record),) = reading.list(DEPLOYMENTS, f"{api}/")
    assert record.definition.models["Pet"].schema == PET
    assert "Empty" in record.definition.models
