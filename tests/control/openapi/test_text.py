import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.control.errors import BadRequestException
from octetgate.control.openapi import text

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
documents = st.dictionaries(st.text(max_size=8), plain, max_size=4)


@given(documents)
def test_a_document_is_the_same_through_json_and_through_yaml(document):
    assert text.read(text.to_json(document)) == document
    assert text.read(text.to_yaml(document)) == document


@pytest.mark.parametrize(
    "word", ["2016-01-01", "no", "0x10", "1e3", "~", "null", "2016-01-01 10:00:00"]
)
def test_text_that_looks_like_something_else_stays_text_through_yaml(word):
    assert text.read(text.to_yaml({"a": word})) == {"a": word}


def test_a_date_that_nobody_quoted_is_the_text_that_was_written():
    assert text.read(b"info:\n  version: 2016-01-01\n") == {"info": {"version": "2016-01-01"}}


def test_keys_are_text_whatever_they_look_like():
    found = text.read(b"200: a\ntrue: b\nnull: c\n1.5: d\n")
    assert found == {"200": "a", "true": "b", "null": "c", "1.5": "d"}


def test_keys_keep_their_order():
    assert list(text.read(text.to_yaml({"b": 1, "a": 2, "c": 3}))) == ["b", "a", "c"]


def test_a_part_that_is_named_twice_is_written_twice():
    part = {"x": ["y"]}
    written = text.to_yaml({"a": part, "b": part})
    assert b"*" not in written
    assert b"&" not in written


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"1", b"a: [", b"\xff\xfe\x00", b"!!python/name:os.system x"]
)
def test_what_is_no_object_is_no_definition(body):
    with pytest.raises(text.NoDefinition):
        text.read(body)


def test_a_document_that_unfolds_without_end_is_refused():
    laughs = b"a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + b"".join(
        b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 9)
    )
    with pytest.raises(text.NoDefinition, match="aliases unfolded"):
        text.read(laughs)


def test_a_part_that_contains_itself_is_refused():
    with pytest.raises(text.NoDefinition, match="contains itself"):
        text.read(b"a: &a [*a]\n")


def test_depth_without_end_is_refused():
    with pytest.raises(text.NoDefinition):
        text.read(b"a: " + b"[" * 100_000)


def test_a_definition_larger_than_six_megabytes_is_refused():
    with pytest.raises(BadRequestException, match="at most 6291456 bytes"):
        text.read(b" " * (text.LARGEST + 1))
