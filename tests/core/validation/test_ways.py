"""In how many ways a schema comes to one place, in steps and never in time."""

import pytest

from octetgate.core.validation.ways import MANY, ways

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


def counted(schema, **others):
    return ways(schema, others.__getitem__)


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
    assert counted(schema).once_around == once


def test_a_schema_of_another_model_is_counted_once_for_each_name_of_it():
    other = {"anyOf": [{}, {"$ref": "#/definitions/x"}], "definitions": {"x": {"type": "null"}}}
    assert counted(other).once_around == 4
    assert counted({"allOf": [{"$ref": "other"}] * 3}, other=other).once_around == 1 + 3 * 5


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf", "allOf"])
def test_ways_double_with_each_definition_of_two_branches(keyword):
    found = [counted(chain(length, keyword)).once_around for length in range(1, 9)]
    assert found == [2 ** (length + 2) - 3 for length in range(1, 9)]
    for length in (200, 2000):
        assert counted(chain(length, keyword)).once_around == MANY


TWO = {"allOf": [{"properties": {"a": SELF}}, {"properties": {"a": SELF}}]}


@pytest.mark.parametrize(
    "schema, multiply",
    [
        pytest.param({"items": {"items": {}}}, False, id="no-circle"),
        pytest.param(chain(8), False, id="doubled-without-a-circle"),
        pytest.param({"properties": {"left": SELF, "right": SELF}}, False, id="a-tree"),
        pytest.param({"items": [SELF, SELF], "additionalItems": SELF}, False, id="a-list"),
        pytest.param({"items": {"properties": {"a": SELF}}}, False, id="every-other-level"),
        pytest.param(
            {"allOf": [{"$ref": "#/definitions/base"}, {"properties": {"a": SELF}}],
             "definitions": {"base": {"anyOf": [{}, {}, {}]}}},
            False,
            id="what-all-have-and-a-circle",
        ),
        pytest.param(
            {"anyOf": [{"items": SELF}, {"items": {"properties": {"x": {}}}}]}, False,
            id="in-one-of-two-branches",
        ),
        pytest.param(TWO, True, id="in-two-branches"),
        pytest.param({"anyOf": [{}, {"items": TWO}]}, True, id="under-something"),
        pytest.param({"properties": {"a": SELF}, "patternProperties": {"^a": SELF}}, True, id="by-two-names"),
        pytest.param(
            {"properties": {"a": SELF}, "dependencies": {"a": {"properties": {"a": SELF}}}}, True,
            id="where-something-depends",
        ),
        pytest.param(
            {"anyOf": [{"items": SELF}, {"items": {"items": SELF}}]}, True, id="levels-apart"
        ),
    ],
)  # fmt: skip
def test_ways_multiply_where_two_of_a_part_lead_back_to_it(schema, multiply):
    assert counted(schema).multiply is multiply
