"""Targets (spec: request-lifecycle 3 and 6.4, lambda 1.4)."""

from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.http.target import (
    as_read,
    encode_path_value,
    encode_placeholder_in_query,
    encode_query,
    encode_strictly,
    octets,
    parse_query,
    split,
)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@pytest.mark.parametrize(
    "target, path, query",
    [
        ("/a/b", "/a/b", ""),
        ("/a?b=c", "/a", "b=c"),
        ("/a?", "/a", ""),
        ("/a?b=c?d", "/a", "b=c?d"),
        ("//a//b%2Fc", "//a//b%2Fc", ""),
        ("*", "*", ""),
    ],
)
def test_a_target_splits_at_its_first_question_mark(target, path, query):
    assert split(target) == (path, query)


@pytest.mark.parametrize(
    "query, pairs",
    [
        ("", []),
        (
            "category=electronics&category=books",
            [("category", "electronics"), ("category", "books")],
        ),
        (
            "plus=test+alias@x&email=test%2Balias@x",
            [("plus", "test alias@x"), ("email", "test+alias@x")],
        ),
        pytest.param("a=b%20c", [("a", "b c")], id="percent-20-is-a-space"),
        pytest.param("a=%2541", [("a", "%41")], id="decoded-once"),
        pytest.param("a=1;b=2", [("a", "1"), ("b", "2")], id="semicolons-split"),
        pytest.param("a&b=&&c=1", [("a", ""), ("b", ""), ("c", "1")], id="no-value"),
        pytest.param("=v", [("", "v")], id="no-name"),
        pytest.param("a=b=c", [("a", "b=c")], id="first-equals-sign"),
        pytest.param("A=1&a=2", [("A", "1"), ("a", "2")], id="names-keep-their-case"),
        pytest.param("a=%C3%A9&%C3%A9=b", [("a", "é"), ("é", "b")], id="utf-8"),
        pytest.param("a=Ã©", [("a", "é")], id="utf-8-not-encoded"),
        pytest.param("a=%FF", [("a", "�")], id="malformed-utf-8"),
        pytest.param("a=100%", [("a", "100%")], id="a-percent-sign-alone"),
    ],
)
def test_a_query_is_decoded_once(query, pairs):
    assert parse_query(query) == pairs


@given(st.lists(st.tuples(text.filter(bool), text), max_size=5))
def test_an_encoded_query_decodes_to_what_went_in(pairs):
    query = encode_query(pairs)
    assert parse_query(query) == pairs
    assert query.isascii()


@pytest.mark.parametrize(
    "value, sent",
    [
        ("proxy-value//double-slash", "proxy-value//double-slash"),
        ("test%2Balias@gmail.com", "test+alias@gmail.com"),
        pytest.param("a%2Fb/c", "a%2Fb/c", id="an-encoded-slash-stays-encoded"),
        pytest.param("100%", "100%25", id="a-percent-sign-alone"),
        pytest.param("100%25", "100%25", id="an-encoded-percent-sign"),
        pytest.param("a b", "a%20b", id="a-space-from-a-mapping"),
        pytest.param("%C3%A9", "%C3%A9", id="utf-8-encoded"),
        pytest.param("Ã©", "%C3%A9", id="utf-8-as-sent"),
        pytest.param("é", "%C3%A9", id="text-from-a-mapping"),
        pytest.param("€", "%E2%82%AC", id="text-outside-latin-1"),
        pytest.param("%FF", "%FF", id="bytes-that-are-no-text"),
        pytest.param("a?b#c", "a%3Fb%23c", id="what-would-end-the-path"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_path_value_is_decoded_and_encoded_again(value, sent):
    assert encode_path_value(value) == sent


@given(text)
def test_a_value_in_a_query_is_one_value_whatever_it_is(value):
    sent = encode_placeholder_in_query(quote(value, safe=""))
    assert parse_query(f"a={sent}&b=c") == [("a", value), ("b", "c")]


@given(text)
def test_encoding_a_path_value_again_changes_nothing(value):
    sent = encode_path_value(value)
    assert sent.isascii()
    assert encode_path_value(sent) == sent


@given(st.text(st.characters(codec="ascii", exclude_characters="%"), max_size=12))
def test_a_path_value_keeps_its_bytes(value):
    assert unquote_to_bytes(encode_path_value(value)) == value.encode()


@pytest.mark.parametrize(
    "value, segments, one",
    [
        ("a/b", "a/b", "a/b"),
        ("a%2Fb", "a%2Fb", "a/b"),
        ("photo (1)!*'+.png", "photo%20%281%29%21%2A%27%2B.png", "photo%20%281%29%21%2A%27%2B.png"),
        ("photo%20%281%29", "photo%20%281%29", "photo%20%281%29"),
        ("a-b_c.d~e", "a-b_c.d~e", "a-b_c.d~e"),
        ("100%25", "100%25", "100%25"),
        ("é", "%C3%A9", "%C3%A9"),
        ("", "", ""),
    ],
)
def test_what_is_signed_is_encoded_strictly(value, segments, one):
    assert encode_strictly(value) == segments
    assert encode_strictly(value, one_segment=True) == one


@given(text)
def test_strict_encoding_is_its_own_fixed_point(value):
    once = encode_strictly(value.replace("%", "%25"))
    assert encode_strictly(once) == once
    assert unquote_to_bytes(once) == octets(value)


@pytest.mark.parametrize(
    "path, read, led",
    [
        pytest.param("/", "/", False, id="root"),
        pytest.param("/a/b", "/a/b", False, id="plain"),
        pytest.param("/.well-known/x", "/.well-known/x", False, id="a-name-with-a-dot"),
        pytest.param("/a/", "/a", False, id="trailing-slash"),
        pytest.param("//a///b", "/a/b", False, id="doubled-slashes"),
        pytest.param("/%61/b%2Fc%20d", "/a/b/c d", False, id="escapes"),
        pytest.param("/%C3%A9", "/é", False, id="utf-8"),
        pytest.param("/a%252Fb", "/a%2Fb", False, id="decoded-once"),
        pytest.param("/a/./b", "/a/b", True, id="dot"),
        pytest.param("/a/../b", "/b", True, id="dots"),
        pytest.param("/a/%2e%2E/b", "/b", True, id="encoded-dots"),
        pytest.param("/a%2F..%2Fb", "/b", True, id="dots-between-encoded-slashes"),
        pytest.param("/../../b", "/b", True, id="dots-at-the-root"),
    ],
)
def test_a_path_is_read_as_a_backend_may_read_it(path, read, led):
    assert as_read(path) == (read, led)
