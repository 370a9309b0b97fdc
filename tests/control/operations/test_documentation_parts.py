import json

import pytest
from tests.control.refusals import absent, bad, refused, taken

UNKNOWN = "Invalid Documentation part identifier specified"
SAID = json.dumps({"description": "Pets."})
TYPES = (
    "API, AUTHORIZER, MODEL, RESOURCE, METHOD, PATH_PARAMETER, QUERY_PARAMETER, REQUEST_HEADER, "
    "REQUEST_BODY, RESPONSE, RESPONSE_HEADER, RESPONSE_BODY"
)


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def create(gw, api, properties=SAID, **location):
    return gw.create_documentation_part(restApiId=api.id, location=location, properties=properties)


def listed(gw, api, **asked):
    found = gw.get_documentation_parts(restApiId=api.id, **asked)["items"]
    return [part["location"] for part in found]


@pytest.mark.parametrize(
    "location",
    [
        {"type": "API"},
        {"type": "AUTHORIZER", "name": "guard"},
        {"type": "MODEL", "name": "Pet"},
        {"type": "RESOURCE", "path": "/pets"},
        {"type": "METHOD", "path": "/pets", "method": "GET"},
        {"type": "PATH_PARAMETER", "path": "/pets/{id}", "method": "GET", "name": "id"},
        {"type": "QUERY_PARAMETER", "path": "/pets", "method": "*", "name": "page"},
        {"type": "REQUEST_HEADER", "name": "X-Size"},
        {"type": "REQUEST_BODY", "path": "/pets", "method": "POST"},
        {"type": "RESPONSE", "path": "/pets", "method": "POST", "statusCode": "200"},
        {"type": "RESPONSE_HEADER", "statusCode": "200", "name": "ETag"},
        {"type": "RESPONSE_BODY", "statusCode": "200"},
    ],
    ids=lambda location: location["type"],
)
def test_a_part_can_be_about_every_kind_of_place(gw, api, location):
    made = create(gw, api, **location)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert len(made["id"]) == 6
    assert shown(made) == {"id": made["id"], "location": location, "properties": SAID}
    place = {"restApiId": api.id, "documentationPartId": made["id"]}
    assert shown(gw.get_documentation_part(**place)) == shown(made)


@pytest.mark.parametrize(
    "location, message",
    [
        (
            {"type": "API", "path": "/"},
            "Invalid location field for type API: path; expected only type",
        ),
        (
            {"type": "RESOURCE", "path": "/", "method": "GET"},
            "Invalid location field for type RESOURCE: method; expected only type, path",
        ),
        (
            {"type": "METHOD", "statusCode": "200"},
            "Invalid location field for type METHOD: statusCode; expected only type, path, method",
        ),
        ({"type": "MODEL"}, "location.name: expected a name for type MODEL"),
        (
            {"type": "RESOURCE", "path": "pets"},
            "location.path: expected a path from / on; found 'pets'",
        ),
    ],
)
def test_a_location_says_only_what_means_something_for_its_type(gw, api, location, message):
    found = refused(
        gw.create_documentation_part, restApiId=api.id, location=location, properties=SAID
    )
    assert found == bad(message)
    assert listed(gw, api) == []


def test_an_unknown_type_is_refused_with_the_list(gw, api):
    code, status, message = refused(
        gw.create_documentation_part,
        restApiId=api.id,
        location={"type": "wrong"},
        properties=SAID,
    )
    assert (code, status) == ("ValidationException", 400)
    assert message == (
        "1 validation error detected: Value 'wrong' at 'createDocumentationPartInput.location.type' "
        f"failed to satisfy constraint: Member must satisfy enum value set: [{TYPES}]"
    )


@pytest.mark.parametrize(
    "properties, message",
    [
        ("", "Documentation part properties must be non-empty"),
        ("pets", "Documentation part properties must be a valid JSON object"),
        ("[]", "Documentation part properties must be a valid JSON object"),
    ],
)
def test_properties_are_a_json_object(gw, api, properties, message):
    found = refused(
        gw.create_documentation_part,
        restApiId=api.id,
        location={"type": "API"},
        properties=properties,
    )
    assert found == bad(message)


def test_a_place_has_one_part_however_it_is_spelled(gw, api):
    create(gw, api, type="METHOD", path="/pets")
    found = refused(
        gw.create_documentation_part,
        restApiId=api.id,
        location={"type": "METHOD", "path": "/pets", "method": "*"},
        properties=SAID,
    )
    assert found == taken(
        "Documentation part already exists for the specified location: type 'METHOD', path '/pets'."
    )


@pytest.mark.parametrize("operation", ["get", "update", "delete"])
def test_an_unknown_part_is_not_found(gw, api, operation):
    call = getattr(gw, f"{operation}_documentation_part")
    assert refused(call, restApiId=api.id, documentationPartId="nope") == absent(UNKNOWN)


def test_patching_what_a_part_says(gw, api):
    made = create(gw, api, type="API")
    place = {"restApiId": api.id, "documentationPartId": made["id"]}
    other = json.dumps({"info": {"description": "Other."}})
    patch = [{"op": "replace", "path": "/properties", "value": other}]
    assert gw.update_documentation_part(**place, patchOperations=patch)["properties"] == other
    assert gw.get_documentation_part(**place)["properties"] == other


@pytest.mark.parametrize(
    "op, path, message",
    [
        (
            "replace",
            "/location",
            (
                "Invalid patch path  '/location' specified for op 'replace'. "
                "Must be one of: [/properties]"
            ),
        ),
        (
            "add",
            "/properties",
            (
                "Invalid patch path  '/properties' specified for op 'add'. "
                "Please choose supported operations"
            ),
        ),
    ],
)
def test_only_properties_can_be_patched(gw, api, op, path, message):
    made = create(gw, api, type="API")
    found = refused(
        gw.update_documentation_part,
        restApiId=api.id,
        documentationPartId=made["id"],
        patchOperations=[{"op": op, "path": path, "value": "{}"}],
    )
    assert found == bad(message)


def test_deleting_a_part(gw, api):
    made = create(gw, api, type="API")
    place = {"restApiId": api.id, "documentationPartId": made["id"]}
    deleted = gw.delete_documentation_part(**place)
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert listed(gw, api) == []


def test_parts_are_found_by_type_path_and_a_piece_of_the_name(gw, api):
    api_part = {"type": "API"}
    pets = {"type": "RESOURCE", "path": "/pets"}
    page = {"type": "QUERY_PARAMETER", "path": "/pets", "name": "page"}
    size = {"type": "QUERY_PARAMETER", "path": "/dogs", "name": "pageSize"}
    for location in (api_part, pets, page, size):
        create(gw, api, **location)
    assert listed(gw, api) == [api_part, pets, page, size]
    assert listed(gw, api, type="QUERY_PARAMETER") == [page, size]
    assert listed(gw, api, path="/pets") == [pets, page]
    assert listed(gw, api, nameQuery="Size") == [size]
    assert listed(gw, api, type="QUERY_PARAMETER", path="/pets", nameQuery="page") == [page]
    assert listed(gw, api, locationStatus="DOCUMENTED") == [api_part, pets, page, size]


def test_parts_come_in_pages(gw, api):
    for name in "abc":
        create(gw, api, type="MODEL", name=name)
    first = gw.get_documentation_parts(restApiId=api.id, limit=2)
    rest = gw.get_documentation_parts(restApiId=api.id, limit=2, position=first["position"])
    names = [part["location"]["name"] for page in (first, rest) for part in page["items"]]
    assert names == ["a", "b", "c"]
    assert "position" not in rest


def test_what_nobody_wrote_about_is_listed_without_id(gw, api, post):
    gw.update_method(
        **post,
        patchOperations=[
            {
                "op": "add",
                "path": "/requestParameters/method.request.header.X-Size",
                "value": "true",
            },
            {
                "op": "add",
                "path": "/requestParameters/method.request.querystring.q",
                "value": "false",
            },
        ],
    )
    gw.put_method_response(
        **post,
        statusCode="200",
        responseParameters={"method.response.header.ETag": True},
        responseModels={"image/png": "Empty"},
    )
    create(gw, api, type="METHOD", path="/", method="POST")
    create(gw, api, type="API")
    asked = {"restApiId": api.id, "locationStatus": "UNDOCUMENTED"}
    found = gw.get_documentation_parts(**asked)["items"]
    assert {tuple(sorted(part)) for part in found} == {("location",)}
    on_post = {"path": "/", "method": "POST"}
    assert [part["location"] for part in found] == [
        {"type": "MODEL", "name": "Empty"},
        {"type": "MODEL", "name": "Error"},
        {"type": "RESOURCE", "path": "/"},
        {"type": "REQUEST_HEADER", **on_post, "name": "X-Size"},
        {"type": "QUERY_PARAMETER", **on_post, "name": "q"},
        {"type": "RESPONSE", **on_post, "statusCode": "200"},
        {"type": "RESPONSE_HEADER", **on_post, "statusCode": "200", "name": "ETag"},
        {"type": "RESPONSE_BODY", **on_post, "statusCode": "200"},
    ]


# --- Importing ---------------------------------------------------------------------------------


def document(*parts):
    return {
        "openapi": "3.0.1",
        "x-amazon-apigateway-documentation": {"documentationParts": list(parts)},
    }


def part(description, **location):
    return {"location": location, "properties": {"description": description}}


def imported(gw, api, *parts, **asked):
    body = json.dumps(document(*parts)).encode()
    return gw.import_documentation_parts(restApiId=api.id, body=body, **asked)


def said(gw, api):
    found = gw.get_documentation_parts(restApiId=api.id)["items"]
    return {
        part["location"].get("name", part["location"]["type"]): json.loads(part["properties"])[
            "description"
        ]
        for part in found
    }


def test_importing_parts_merges_them_by_place(gw, api):
    kept = create(gw, api, type="API")
    first = imported(gw, api, part("Old.", type="MODEL", name="Pet"))
    again = imported(
        gw,
        api,
        part("New.", type="MODEL", name="Pet"),
        part("Dog.", type="MODEL", name="Dog"),
        mode="merge",
    )
    assert first["ids"] == again["ids"][:1]
    assert len(again["ids"]) == 2
    assert said(gw, api) == {"API": "Pets.", "Pet": "New.", "Dog": "Dog."}
    assert kept["id"] not in again["ids"]


def test_importing_parts_to_overwrite_leaves_only_theirs(gw, api):
    create(gw, api, type="API")
    imported(gw, api, part("Dog.", type="MODEL", name="Dog"), mode="overwrite")
    assert said(gw, api) == {"Dog": "Dog."}


def test_yaml_can_be_imported(gw, api):
    body = (
        b"x-amazon-apigateway-documentation:\n"
        b"  documentationParts:\n"
        b"    - location: {type: RESPONSE, statusCode: 200}\n"
        b"      properties: {description: Fine.}\n"
    )
    gw.import_documentation_parts(restApiId=api.id, body=body)
    assert listed(gw, api) == [{"type": "RESPONSE", "statusCode": "200"}]


def test_a_part_that_stands_nowhere_is_left_out_with_a_warning(gw, api):
    found = imported(gw, api, part("?", type="MODEL"), part("Dog.", type="MODEL", name="Dog"))
    assert len(found["ids"]) == 1
    assert found["warnings"] == [
        (
            "x-amazon-apigateway-documentation.documentationParts[0]: "
            "location.name: expected a name for type MODEL; left out"
        )
    ]
    assert said(gw, api) == {"Dog": "Dog."}


def test_warnings_can_refuse_the_import(gw, api):
    parts = (part("?", type="MODEL"), part("Dog.", type="MODEL", name="Dog"))
    body = json.dumps(document(*parts)).encode()
    code, status, message = refused(
        gw.import_documentation_parts, restApiId=api.id, body=body, failOnWarnings=True
    )
    assert (code, status) == ("BadRequestException", 400)
    assert "documentationParts[0]" in message
    assert said(gw, api) == {}


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b"pets", b'{"openapi": "3.0.1"}'])
def test_a_body_without_documentation_is_refused(gw, api, body):
    found = refused(gw.import_documentation_parts, restApiId=api.id, body=body)
    assert found == bad("Unable to build importer with provided input.")
