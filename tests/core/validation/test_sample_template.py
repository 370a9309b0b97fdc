import json

import pytest
from tests.core.mapping.rendering import rendered

from octetgate.core.validation.sample_template import sample_template


def lines(schema, resolve=lambda ref: None):
    return sample_template(schema, resolve).split("\n")


def test_an_object_is_made_of_the_input_s_members():
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "age": {"type": "integer"},
            "home": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
    assert lines(schema) == [
        "#set($inputRoot = $input.path('$'))",
        "{",
        '  "name" : "$inputRoot.name",',
        '  "age" : $inputRoot.age,',
        '  "home" : {',
        '    "city" : "$inputRoot.home.city"',
        "  }",
        "}",
    ]


def test_an_array_is_a_loop_that_its_author_is_asked_to_look_at():
    schema = {"type": "array", "items": {"properties": {"age": {"type": "number"}}}}
    assert lines(schema) == [
        "#set($inputRoot = $input.path('$'))",
        "[",
        "##TODO: Update this foreach loop to reference array from input json",
        "#foreach($elem in $inputRoot)",
        "  {",
        '    "age" : $elem.age',
        "  }",
        "#if($foreach.hasNext),#end",
        "#end",
        "]",
    ]


def test_a_loop_inside_a_loop_has_a_variable_of_its_own():
    inner = {"type": "array", "items": {"type": "string"}}
    found = lines({"type": "array", "items": {"properties": {"tags": inner}}})
    assert "  #foreach($elem2 in $elem.tags)" in [line[2:] for line in found]
    assert '"$elem2"' in [line.strip() for line in found]


def test_references_are_followed_and_circles_are_not():
    pet = {"properties": {"name": {"type": "string"}, "friend": {"$ref": "pet"}}}
    found = lines({"$ref": "pet"}, {"pet": pet}.get)
    assert found[1:] == ["{", '  "name" : "$inputRoot.name",', '  "friend" : { }', "}"]


def test_a_schema_that_describes_without_end_has_a_template_with_an_end():
    twice = {"properties": {"a": {"$ref": "0"}, "b": {"$ref": "0"}}}
    models = {
        str(level): {"properties": {"a": {"$ref": str(level + 1)}, "b": {"$ref": str(level + 1)}}}
        for level in range(40)
    }
    assert len(lines(twice, models.get)) < 40_000


def test_the_template_makes_what_the_model_describes_of_an_input_that_fits():
    schema = {
        "properties": {
            "name": {"type": "string"},
            "a b": {"type": "boolean"},
            "pets": {
                "type": "array",
                "items": {
                    "properties": {
                        "age": {"type": "integer"},
                        "tags": {"type": "array", "items": {"type": "string"}},
                    }
                },
            },
        }
    }
    fitting = {
        "name": "x",
        "a b": True,
        "pets": [{"age": 1, "tags": ["a", "b"]}, {"age": 2, "tags": []}],
    }
    output = rendered(sample_template(schema, lambda ref: None), json.dumps(fitting))
    assert json.loads(output) == fitting


@pytest.mark.parametrize(
    "schema, expected",
    [
        ({}, '"$inputRoot"'),
        ({"type": "object"}, "{ }"),
        ({"type": ["null", "integer"]}, "$inputRoot"),
        ({"type": "boolean"}, "$inputRoot"),
        ({"$ref": "gone"}, '"$inputRoot"'),
    ],
    ids=str,
)
def test_a_value_is_quoted_if_it_is_text(schema, expected):
    assert lines(schema)[1] == expected
