import pytest

from octetgate.core.mapping import selection
from octetgate.core.mapping.selection import BadPattern, Choice, TextTooLong

RECORDED = [("200", "504"), (".*four hundred.*", "405"), (".+", "502"), (None, "200")]


@pytest.mark.parametrize(
    "responses, text, status",
    [
        (RECORDED, "", "200"),
        (RECORDED, "this is four hundred", "405"),
        (RECORDED, "another error", "502"),
        ([("40", "400"), ("404", "404")], "404", "404"),
        ([("4\\d{2}", "400")], "500", None),
        ([("4\\d{2}", "400"), ("", "500"), (None, "200")], "500", "200"),
        ([(".*", "500"), (None, "200")], "", "500"),
        ([("b.*", "502"), (".*", "501")], "bb", "501"),
        ([(".*", "200")], "a\nb", None),
        ([("(.|\\n)*", "200")], "a\nb", "200"),
        ([(None, "1000"), (None, "200")], "x", "200"),
        ([], "x", None),
    ],
)
def test_the_first_full_match_wins_and_then_the_default(responses, text, status):
    assert selection.choose(responses, text) == status


def test_a_pattern_that_cannot_be_used_is_refused_when_compiled():
    with pytest.raises(BadPattern, match="a group is not closed"):
        selection.compile([("(", "200")])


def test_a_message_too_long_for_a_pattern_is_an_error_and_not_a_mismatch():
    selector = selection.compile([(".*a.*b(?=c).*", "500"), (None, "200")])
    assert selector.choose("x" * 200) == "200"
    with pytest.raises(TextTooLong, match="may read"):
        selector.choose("x" * 20_000)


JSON, PNG, ANY = "json's", "png's", "any's"


@pytest.mark.parametrize(
    "templates, content_type, template",
    [
        ({"application/json": JSON, "image/png": PNG}, "image/png", PNG),
        ({"application/json": JSON}, "application/json; charset=utf-8", JSON),
        ({"application/json": JSON}, None, JSON),
        ({"application/json": JSON}, "", JSON),
        ({"image/PNG": PNG}, "Image/png", PNG),
        ({"application/json": JSON, "$default": ANY}, "text/plain", ANY),
        ({"application/json": None}, "application/json", Choice.PASSTHROUGH),
    ],
)
@pytest.mark.parametrize("behavior", ["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"])
def test_a_request_template_is_chosen_by_content_type(templates, content_type, template, behavior):
    assert selection.request_template(templates, content_type, behavior) == template


@pytest.mark.parametrize(
    "behavior, templates, choice",
    [
        ("WHEN_NO_MATCH", {}, Choice.PASSTHROUGH),
        ("WHEN_NO_MATCH", {"image/png": PNG}, Choice.PASSTHROUGH),
        ("WHEN_NO_TEMPLATES", {}, Choice.PASSTHROUGH),
        ("WHEN_NO_TEMPLATES", {"image/png": PNG}, Choice.UNSUPPORTED_MEDIA_TYPE),
        ("NEVER", {}, Choice.UNSUPPORTED_MEDIA_TYPE),
        ("NEVER", {"image/png": PNG}, Choice.UNSUPPORTED_MEDIA_TYPE),
    ],
)
def test_without_a_matching_template_the_passthrough_behavior_decides(behavior, templates, choice):
    assert selection.request_template(templates, "text/plain", behavior) is choice


@pytest.mark.parametrize(
    "templates, accept, template",
    [
        ({"application/json": JSON, "image/png": PNG}, "image/png", PNG),
        ({"application/json": JSON, "image/png": PNG}, "image/png;q=0.1, application/json", PNG),
        ({"application/json": JSON, "image/png": PNG}, "text/html", JSON),
        ({"application/json": JSON, "image/png": PNG}, None, JSON),
        ({"image/png": PNG, "text/plain": ANY}, "text/html", PNG),
        ({"application/json": None, "image/png": PNG}, "text/html", Choice.PASSTHROUGH),
        ({}, "image/png", Choice.PASSTHROUGH),
    ],
)
def test_a_response_template_is_chosen_by_accept(templates, accept, template):
    assert selection.response_template(templates, accept) == template
