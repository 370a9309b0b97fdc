"""In how many ways a schema comes to one place, in steps and never in time."""

import pytest

from octetgate.core.validation.ways import MANY, Ways

SELF = {"$ref": "#"}


def chain(length, keyword="anyOf"):
    """A schema without circles in which each definition names the next one twice."""
    definitions = {
        f"d{number}": {keyword: [{"$ref": f"#/definitions/d{number + 1}"}] * 2}
        for number in range(length)
    }
    return {
        **definitions["d0"],
        "definitions": {**definitions, f"d{length}": {"type": "string"}},
    }


def ways(schema, **others):
    return Ways(schema, others.__getitem__)


@pytest.mark.parametrize(
    "schema, once",
    [
        pytest.param({}, 1, id="anything"),
        pytest.param({"type": "object", "properties": {"a": {}, "b": {}}}, 2, id="other-places"),
        pytest.param({"anyOf": [{}, {}, {}]}, 4, id="branches"),
        pytest.param({"allOf": [{}], "not": {}, "dependencies": {"a": {}, "b": ["a"]}}, 4, id="all"),
        pytest.param({"properties": {"a": {}}, "patternProperties": {"^a": {}}}, 3, id="pattern"),
        pytest.param({"additionalProperties": {}, "patternProperties": {"a": {}}}, 3, id="others"),
        pytest.param({"items": {"items": {}}}, 3, id="items"),
        pytest.param({"items": [{}, {"anyOf": [{}]}], "additionalItems": {}}, 3, id="each-item"),
        pytest.param({"enum": [{"anyOf": [{}, {}]}], "default": {"items": {}}}, 1, id="values"),
        pytest.param({"properties": {"anyOf": {"type": "string"}}}, 2, id="names"),
        pytest.param({"$ref": "#/definitions/x", "anyOf": [{}], "definitions": {"x": {}}}, 2, id="ref"),
        pytest.param({"anyOf": [{}, {"$ref": "#/anyOf/0"}]}, 4, id="into-a-list"),
        pytest.param({"properties": {"a": SELF}}, 3, id="circle"),
        pytest.param({"anyOf": [SELF]}, 3, id="circle-on-the-spot"),
    ],
)  # fmt: skip
def test_ways_to_one_place(schema, once):
    assert ways(schema).once_around() == once


def test_a_schema_of_another_model_is_counted_once_for_each_name_of_it():
    other = {"anyOf": [{}, {"$ref": "#/definitions/x"}], "definitions": {"x": {"type": "null"}}}
    assert ways(other).once_around() == 4
    assert ways({"allOf": [{"$ref": "other"}] * 3}, other=other).once_around() == 1 + 3 * 5


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf", "allOf"])
def test_ways_double_with_each_definition_of_two_branches(keyword):
    found = [ways(chain(length, keyword)).once_around() for length in range(1, 9)]
    assert found == [2 ** (length + 2) - 3 for length in range(1, 9)]
    for length in (200, 2000):
        assert ways(chain(length, keyword)).once_around() == MANY


@pytest.mark.parametrize(
    "schema, at_levels",
    [
        pytest.param({"items": {"items": {}}}, [3, 3, 3], id="no-circle"),
        pytest.param({"properties": {"left": SELF, "right": SELF}}, [3, 5, 7], id="a-tree"),
        pytest.param(
            {"allOf": [{"properties": {"a": SELF}}, {"properties": {"a": SELF}}]}, [11, 27, 59],
            id="in-two-branches",
        ),
        pytest.param(
            {"properties": {"a": SELF}, "patternProperties": {"^a": SELF}}, [5, 13, 29],
            id="under-two-names",
        ),
        pytest.param(
            {"properties": {"a": SELF}, "dependencies": {"a": {"properties": {"a": SELF}}}},
            [8, 20, 44],
            id="where-something-depends",
        ),
    ],
)  # fmt: skip
def test_ways_around_a_circle(schema, at_levels):
    assert [ways(schema).around(levels) for levels in (1, 2, 3)] == at_levels
