import msgspec
import pytest

from octetgate.core.validation.schemas import (
    INVALID,
    NOT_CANONICAL,
    NotASchema,
    flattened,
    inside,
    named,
    problems,
    read,
    reference,
    references,
)

PET = reference("a1", "Pet")

GOOD = [
    {},
    {"type": "object", "properties": {"id": {"type": "integer", "minimum": 0}}},
    {"$schema": "http://json-schema.org/draft-04/schema#", "id": "x", "title": "t", "default": 7},
    {"type": ["string", "null"], "format": "date", "pattern": "a+", "minLength": 0},
    {"minimum": 1, "exclusiveMinimum": True, "multipleOf": 0.5},
    {"items": [{}, {"type": "string"}], "additionalItems": False, "uniqueItems": True},
    {"additionalProperties": {"type": "string"}, "patternProperties": {"^x": {}}},
    {"allOf": [{}], "anyOf": [{}], "oneOf": [{}], "not": {}},
    {"dependencies": {"a": ["b"], "c": {"type": "object"}}},
    {"enum": [1, "1", None, True, {"$ref": "data"}]},
    {"definitions": {"A": {"type": "string"}}, "$ref": "#/definitions/A"},
    {"definitions": {"a/b~c": {}}, "$ref": "#/definitions/a~1b~0c"},
    {"$ref": PET},
    {"properties": {"$ref": {"type": "string"}}},
]


@pytest.mark.parametrize("schema", GOOD, ids=str)
def test_draft_4_is_taken(schema):
    assert problems(schema, "a1") == []


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "text"},
        {"type": []},
        {"required": []},
        {"required": ["a", "a"]},
        {"properties": {"a": {"required": True}}},
        {"properties": []},
        {"properties": {"a": 1}},
        {"minLength": "35"},
        {"minLength": -1},
        {"maxItems": True},
        {"maximum": "1"},
        {"multipleOf": 0},
        {"exclusiveMaximum": True},
        {"exclusiveMinimum": 3, "minimum": 1},
        {"enum": []},
        {"enum": ["A", "A"]},
        {"items": []},
        {"items": "string"},
        {"allOf": []},
        {"not": True},
        {"dependencies": {"a": []}},
        {"dependencies": 1},
        {"title": 1},
    ],
    ids=str,
)
def test_what_draft_4_does_not_say_is_invalid_once(schema):
    assert problems(schema, "a1") == [INVALID]


def test_every_fault_is_found():
    schema = {"properties": {"a": {"type": 1}, "b": {"example": 1, "nullable": True}}}
    unsupported = f'{INVALID}. Unsupported keyword(s): ["example","nullable"]'
    assert problems(schema, "a1") == [INVALID, unsupported]


@pytest.mark.parametrize(
    "ref",
    ["Pet", "#/definitions/Pet", "#/components/schemas/Pet", reference("b2", "Pet"), "#/title"],
)
def test_a_reference_leads_inside_or_to_a_model_of_the_api(ref):
    assert problems({"title": "t", "items": {"$ref": ref}}, "a1") == [NOT_CANONICAL]


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', "null", "x" * 9, '{"a":' * 101 + "1"])
def test_what_is_no_json_object_is_no_schema(text):
    with pytest.raises(NotASchema):
        read(text)


@pytest.mark.parametrize("levels", [150, 5000])
def test_a_schema_without_end_is_no_schema(levels):
    with pytest.raises(NotASchema):
        read('{"not":' * levels + "{}" + "}" * levels)


def test_a_name_is_read_from_a_reference_to_the_same_api_alone():
    assert (named(PET, "a1"), named(PET, "b2"), named("Pet", "a1")) == ("Pet", None, None)


def test_references_are_found_wherever_they_are_and_not_in_data():
    schema = {"items": [{"$ref": "1"}], "not": {"$ref": "2"}, "enum": [{"$ref": "3"}]}
    assert list(references(schema)) == ["1", "2"]


def test_a_pointer_that_leads_nowhere_finds_nothing():
    assert inside({"a": 1}, "#/a/b") is None


def test_a_flattened_schema_has_what_it_names_inside():
    models = {
        "Pet": {"properties": {"owner": {"$ref": reference("a1", "Owner")}}},
        "Owner": {"properties": {"pets": {"type": "array", "items": {"$ref": PET}}}},
    }
    whole = flattened({"type": "array", "items": {"$ref": PET}}, "a1", models.get)
    assert whole == {
        "type": "array",
        "items": {"$ref": "#/definitions/Pet"},
        "definitions": {
            "Pet": {"properties": {"owner": {"$ref": "#/definitions/Owner"}}},
            "Owner": {
                "properties": {"pets": {"type": "array", "items": {"$ref": "#/definitions/Pet"}}}
            },
        },
    }
    assert problems(whole, "a1") == []


def test_flattening_changes_nothing_where_there_is_nothing_to_flatten():
    schema = {"properties": {"a": {"$ref": "#/definitions/A"}}, "definitions": {"A": {}}}
    assert flattened(schema, "a1", {}.get) == schema


def test_the_built_in_schemas_are_fine():
    text = msgspec.json.encode({"type": "object"}).decode()
    assert problems(read(text), "a1") == []
