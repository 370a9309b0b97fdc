"""Path templates (spec: request-lifecycle 3)."""

import pytest

from octetgate.core.routing.paths import BadTemplate, Kind, Segment, parse


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
