"""Media type matching (spec: payload-encodings 2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.http import media
from octetgate.core.http.media import (
    MediaTypes,
    accept_is_binary,
    essence,
    first,
    request_is_binary,
)

A = ["image/png", "*/test"]
B = ["image/png", "application/*", "image/jpg"]
ALL = ["*/*"]


@pytest.mark.parametrize(
    "entries, accept, matches",
    [
        ([], "image/png", False),
        ([], "*/*", False),
        (A, "image/png", True),
        (A, "image/jpg", False),
        (A, "image/*", False),
        (A, "*/test", False),
        (A, "random/test", False),
        (A, "*/*", False),
        (A, "image/webp,image/png,*/*;q=0.8", False),
        (A, "image/png,image/*,*/*;q=0.8", True),
        (A, None, False),
        (B, None, False),
        (B, "application/whatever", True),
        (B, "application/*", True),
        (B, "application", False),
        (ALL, "image/png", True),
        (ALL, "*/*", True),
        (ALL, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        (ALL, None, True),
    ],
)
def test_accept_matches_as_recorded(entries, accept, matches):
    assert accept_is_binary(MediaTypes(entries), accept) is matches


@pytest.mark.parametrize(
    "entries, content_type, matches",
    [
        pytest.param(["image/png"], "image/png; foo=bar", True, id="parameters-play-no-role"),
        pytest.param(["image/png; foo=bar"], "image/png", True, id="nor-in-an-entry"),
        pytest.param(["image/png"], "IMAGE/Png", True, id="case-plays-no-role"),
        pytest.param(["Image/PNG"], "image/png", True, id="nor-in-an-entry-case"),
        pytest.param(["image/png"], " \timage/png ;q=1", True, id="space-around-is-taken-off"),
        pytest.param(["application/json"], None, True, id="absent-is-json"),
        pytest.param(["application/json"], "", True, id="empty-is-json"),
        pytest.param(["image/png"], None, False, id="absent-is-not-png"),
        pytest.param(ALL, None, True, id="catch-all-covers-absent"),
        pytest.param(ALL, "a/b/c", False, id="two-slashes-are-no-media-type"),
        pytest.param(["a/b/c", "-", ""], "a/b/c", False, id="nor-in-an-entry-slashes"),
        pytest.param(["application/json"], "application/problem+json", False, id="no-suffixes"),
        pytest.param(["multipart/form-data"], "multipart/form-data; boundary=x", True, id="forms"),
        pytest.param(["image/*"], "imagex/png", False, id="families-are-whole-words"),
    ],
)
def test_a_body_is_binary_by_its_content_type(entries, content_type, matches):
    assert request_is_binary(MediaTypes(entries), content_type) is matches


@pytest.mark.parametrize(
    "entries, value, entry",
    [
        (["image/*", "image/PNG"], "image/png", "image/PNG"),
        (["image/*", "image/PNG"], "image/gif", "image/*"),
        (["image/png", "*/*"], "image/png", "*/*"),
        (["image/png"], "text/plain", None),
        (["image/png"], None, None),
    ],
)
def test_the_entry_that_covers_a_value_is_named_as_configured(entries, value, entry):
    assert MediaTypes(entries).covering(value) == entry


def test_absent_counts_as_what_the_caller_says():
    assert MediaTypes(["text/plain"]).matches(None, absent="text/plain")
    assert not MediaTypes(["text/plain"]).matches(None)


@pytest.mark.parametrize("entries, is_set", [([], False), (["-"], True), (["image/png"], True)])
def test_a_list_is_set_when_it_has_an_entry_even_a_useless_one(entries, is_set):
    assert bool(MediaTypes(entries)) is is_set


def test_lists_are_equal_by_their_entries():
    assert MediaTypes(A) == MediaTypes(tuple(A))
    assert hash(MediaTypes(A)) == hash(MediaTypes(A))
    assert MediaTypes(A) != MediaTypes(B)
    assert MediaTypes(A) != A
    assert repr(MediaTypes(["a/b"])) == "MediaTypes(['a/b'])"


@given(st.lists(st.sampled_from(["a/b", "a/*", "*/*", "*/b", "a", "A/B; x=1"]), max_size=3))
def test_remembered_answers_are_the_first_answers(entries):
    types = MediaTypes(entries)
    for value in ["a/b", "a/c", "*/*", "*/b", "a"]:
        assert types.matches(value) == types.matches(value) == MediaTypes(entries).matches(value)


def test_memory_does_not_grow_with_what_clients_send():
    types = MediaTypes(["a/*"])
    for number in range(3 * media._MEMO_ENTRIES):
        assert types.matches(f"a/{number}")
    assert types.matches("a/b;" + "x" * 5000)
    assert len(types._memo) <= media._MEMO_ENTRIES
    assert max(map(len, types._memo)) <= media._MEMO_VALUE_LENGTH


@pytest.mark.parametrize(
    "value, media_type",
    [
        ("image/png", "image/png"),
        ("Image/PNG;q=0.5, text/html", "image/png"),
        (" text/html , image/png", "text/html"),
        ("", ""),
        (";q=1", ""),
    ],
)
def test_the_first_element_is_taken_without_parameters(value, media_type):
    assert first(value) == media_type


@pytest.mark.parametrize(
    "content_type, media_type",
    [(None, "application/json"), ("", "application/json"), ("Text/Plain; charset=x", "text/plain")],
)
def test_a_body_without_content_type_counts_as_json(content_type, media_type):
    assert essence(content_type) == media_type
