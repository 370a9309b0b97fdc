"""Bodies against models (spec: request-lifecycle 7)."""

import json

import pytest
from tests.core.validation.test_ways import SELF, chain

from octetgate.core.validation.bodies import BodyModel
from octetgate.core.validation.schemas import NotASchema, reference

API = "abcdefghij"
PRICE = {"type": "number", "minimum": 1, "maximum": 9}
PET = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "required": ["price", "name"],
    "properties": {
        "price": PRICE,
        "name": {"type": "string", "minLength": 2, "maxLength": 4, "pattern": "^[a-z]*$"},
        "kind": {"enum": ["cat", "dog"]},
        "tags": {"type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": True},
    },
    "additionalProperties": False,
}
GOOD = {"price": 2, "name": "rex"}
UNTOLD = "instance does not match the schema, in too many ways to tell them"


def model(schema: object, **others: object) -> BodyModel:
    texts = {name: json.dumps(other) for name, other in others.items()}
    return BodyModel(json.dumps(schema), API, texts.get)


def problems(schema: object, value: object, **others: object) -> list[str]:
    return model(schema, **others).problems(json.dumps(value).encode())


@pytest.mark.parametrize(
    "change, told",
    [
        ({}, []),
        (
            {"price": "2"},
            [
                'instance type (string) does not match any allowed primitive type (allowed: ["number"])'
            ],
        ),
        (
            {"price": 0.5},
            ["numeric instance is lower than the required minimum (minimum: 1, found: 0.5)"],
        ),
        (
            {"price": 10},
            ["numeric instance is greater than the required maximum (maximum: 9, found: 10)"],
        ),
        ({"name": "x"}, ['string "x" is too short (length: 1, required minimum: 2)']),
        ({"name": "abcde"}, ['string "abcde" is too long (length: 5, maximum allowed: 4)']),
        ({"name": "REX"}, ['ECMA 262 regex "^[a-z]*$" does not match input string "REX"']),
        (
            {"kind": "cow"},
            ['instance value ("cow") not found in enum (possible values: ["cat","dog"])'],
        ),
        (
            {"tags": []},
            ["array is too short: must have at least 1 elements but instance has 0 elements"],
        ),
        (
            {"tags": [1, 2, 3]},
            ["array is too long: must have at most 2 elements but instance has 3 elements"],
        ),
        ({"tags": [1, 1]}, ["array must not contain duplicate elements"]),
        (
            {"b": 1, "a": 2},
            ['object instance has properties which are not allowed by the schema: ["a","b"]'],
        ),
    ],
)
def test_what_is_wrong_is_told_in_words(change, told):
    assert problems(PET, {**GOOD, **change}) == told


def test_what_an_object_lacks_is_told_at_once():
    assert problems(PET, {}) == ['object has missing required properties (["name","price"])']


def test_an_empty_body_is_an_empty_object():
    assert model(PET).problems(b"") == problems(PET, {})
    assert model({"type": "object"}).problems(b"") == []


@pytest.mark.parametrize("body", [b"not json", b"{", b'{"a": 1} x', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_json_is_wrong(body):
    (told,) = model({}).problems(body)
    assert told.startswith("expected JSON")


def test_models_name_each_other_even_in_circles():
    tree = {"type": "object", "properties": {"left": {"$ref": reference(API, "Tree")}}}
    assert problems(tree, {"left": {"left": {}}}, Tree=tree) == []
    assert problems(tree, {"left": {"left": 1}}, Tree=tree) == [
        'instance type (integer) does not match any allowed primitive type (allowed: ["object"])'
    ]


def test_definitions_of_a_schema_and_one_of_work():
    schema = {
        "definitions": {"a": {"type": "string"}},
        "oneOf": [{"$ref": "#/definitions/a"}, {"type": "integer"}],
    }
    assert problems(schema, "x") == problems(schema, 1) == []
    assert len(problems(schema, None)) == 1


def branching(ref):
    """A schema that is itself in each of two branches."""
    inner = {"a": {"$ref": ref}}
    return {
        "type": "object",
        "properties": {"n": {"type": "integer"}, "anyOf": {"enum": ["$ref"]}},
        "anyOf": [{"required": [name], "properties": inner} for name in ("b", "c")],
    }


@pytest.mark.parametrize("ref", ["#", reference(API, "Branch")])
def test_what_is_wrong_in_branches_of_branches_is_told_in_the_time_of_one(ref):
    schema = branching(ref)
    deep = 0
    for _ in range(60):
        # Two branches at each of sixty levels: nobody could look into all of them.
        deep = {"a": deep}
    assert problems(schema, deep, Branch=schema) == [UNTOLD]
    assert problems(schema, {"n": "1", "a": deep}, Branch=schema) == [
        'instance type (string) does not match any allowed primitive type (allowed: ["integer"])'
    ]
    # A property's name is not a keyword.
    assert len(problems(schema, {"anyOf": 1, "b": 1}, Branch=schema)) == 1
    assert problems(schema, {"b": 1, "a": {"c": 1}}, Branch=schema) == []


# Sixty levels, each of which is asked about twice as often: nobody could go all of these ways.
TWICE_AT_EACH_LEVEL = [
    pytest.param({"allOf": [{"properties": {"a": SELF}}] * 2}, id="allOf"),
    pytest.param({"properties": {"a": SELF}, "patternProperties": {"^a": SELF}}, id="pattern"),
    pytest.param(
        {"properties": {"a": SELF}, "dependencies": {"a": {"properties": {"a": SELF}}}},
        id="dependency",
    ),
]


def nested(levels, leaf, **beside):
    for _ in range(levels):
        leaf = {"a": leaf, **beside}
    return leaf


@pytest.mark.parametrize("schema", TWICE_AT_EACH_LEVEL)
def test_a_schema_that_comes_twice_to_each_level_decides_and_does_not_tell(schema):
    schema = {"type": "object", **schema}
    assert problems(schema, nested(60, {})) == []
    assert problems(schema, nested(60, 0)) == [UNTOLD]


def test_branches_that_all_fit_at_each_level_are_decided_on():
    schema = branching("#")
    assert problems(schema, nested(60, {"b": 1}, b=1, c=1)) == []
    assert problems(schema, nested(60, 0, b=1, c=1)) == [UNTOLD]


def test_a_body_is_refused_that_no_validator_would_have_decided_on():
    [found] = problems(chain(40), "x")
    assert found == (
        "expected a body that is decided on in 4000000000 steps; found 3 bytes, and a schema that "
        f"comes to a place in {2**42 - 3} ways"
    )
    assert problems(chain(8), "x") == []
    assert problems(chain(8), 1) != []


def test_alternatives_are_told_of_where_they_do_not_multiply():
    schema = {"anyOf": [{"type": "string"}, {"items": {"$ref": "#/anyOf/0"}, "type": "array"}]}
    assert problems(schema, ["x"]) == []
    assert problems(schema, [1]) == [
        "[1] is not valid under any of the schemas listed in the 'anyOf' keyword"
    ]


def test_a_long_body_of_many_kinds_is_no_matter():
    kinds = [{"type": "object", "required": [f"k{number}"]} for number in range(200)]
    schema = {"type": "array", "items": {"oneOf": kinds}}
    assert problems(schema, [{"k7": "x" * 80}] * 20_000) == []


@pytest.mark.parametrize(
    "ref",
    [reference(API, "Nobody"), reference("another123", "Pet"), "http://127.0.0.1:1/x", "Pet"],
)
def test_a_reference_to_what_is_no_model_of_the_api_is_refused_and_not_fetched(ref):
    with pytest.raises(NotASchema, match="expected a model of the API"):
        model({"id": reference(API, "Pets"), "allOf": [{"$ref": ref}]}, Pet=PET)


def test_a_long_list_is_not_told_to_the_end():
    assert len(problems({"items": {"type": "string"}}, list(range(1000)))) == 20
    assert len(problems({"items": {"required": ["a"]}}, [{}] * 1000)) == 20


def test_a_pattern_cannot_hold_a_body_for_ever():
    schema = {"pattern": "^(?=(a+)+$)b"}
    assert problems(schema, "a" * 60 + "!")
