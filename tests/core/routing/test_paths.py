"""Path templates (spec: request-lifecycle 3)."""

import pytest

from octetgate.core.routing.paths import (
    BadTemplate,
    Kind,
    MissingValue,
    Segment,
    fill,
    parse,
    specificity,
)


@pytest.mark.parametrize(
    "template, segments",
    [
        ("/", ()),
        ("/a", (Segment(Kind.STATIC, "a"),)),
        ("/a/{id}", (Segment(Kind.STATIC, "a"), Segment(Kind.PARAMETER, "id"))),
        ("/{id}/{proxy+}", (Segment(Kind.PARAMETER, "id"), Segment(Kind.GREEDY, "proxy"))),
        ("/a.b-c_d:e", (Segment(Kind.STATIC, "a.b-c_d:e"),)),
    ],
)
def test_a_template_reads_as_its_segments(template, segments):
    assert parse(template) == segments


@pytest.mark.parametrize(
    "template, message",
    [
        ("", "expected a slash at the start, found ''"),
        ("a", "expected a slash at the start, found 'a'"),
        ("/a//b", "expected text between two slashes, found ''"),
        ("/a/", "expected text between two slashes, found ''"),
        ("/a{id}", "expected a parameter to be a whole segment, found 'a{id}'"),
        ("/{id}a", "expected a parameter to be a whole segment, found '{id}a'"),
        ("/{id", "expected a parameter to be a whole segment, found '{id'"),
        ("/{}", "expected a parameter's name in braces, found '{}'"),
        ("/{+}", "expected a parameter's name in braces, found '{+}'"),
        ("/{a}{b}", "expected a parameter's name in braces, found '{a}{b}'"),
        ("/{proxy+}/a", "expected the greedy segment at the end, found '{proxy+}'"),
        ("/{id}/a/{id}", "expected each parameter once, found '{id}'"),
    ],
)
def test_what_is_no_template_is_refused_with_the_reason(template, message):
    with pytest.raises(BadTemplate) as raised:
        parse(template)
    assert str(raised.value) == f"resource path {template!r}: {message}"
    assert raised.value.template == template


def test_templates_sort_by_how_they_are_tried():
    ordered = ["/", "/a", "/a/b", "/a/{id}", "/a/{proxy+}", "/{id}", "/{id}/b", "/{proxy+}"]
    assert sorted(ordered[::-1], key=specificity) == ordered


def test_templates_of_one_shape_are_equally_specific():
    assert specificity("/a/{id}") == specificity("/a/{name}")
    assert specificity("/a/{id}") != specificity("/a/{id+}")


@pytest.mark.parametrize(
    "template, values, path",
    [
        ("/", {}, "/"),
        ("/a/{id}", {"id": "7"}, "/a/7"),
        ("/a/{id}", {"id": "x y"}, "/a/x%20y"),
        ("/{proxy+}", {"proxy": "b//c%2Fd"}, "/b//c%2Fd"),
        ("/{a}/{b}", {"a": "1", "b": "2", "c": "3"}, "/1/2"),
    ],
)
def test_a_template_is_filled_with_encoded_values(template, values, path):
    assert fill(template, values) == path


def test_a_missing_value_is_named():
    with pytest.raises(MissingValue) as raised:
        fill("/a/{id}", {})
    assert raised.value.name == "id"
    assert str(raised.value) == "/a/{id}: expected a value for {id}, found none"
