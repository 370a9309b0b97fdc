import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.http.media import MediaTypes
from octetgate.core.model.integration import ContentHandling
from octetgate.core.payload.convert import (
    explain_proxy_request,
    explain_proxy_response,
    explain_request,
    explain_response,
)
from octetgate.core.payload.hints import Case, hints, is_beyond_suspicion

PNG = MediaTypes(["image/png"])
HEADERS = st.none() | st.sampled_from(["image/png", "*/*", "text/html,image/png", "", ",", "a"])


def names(decision, listed=PNG, **known):
    return [hint.name for hint in hints(Case(decision=decision, listed=listed, **known))]


@given(
    st.sampled_from([(), ("*/*",), ("image/png", "*/x", "", "image")]),
    HEADERS,
    HEADERS,
    st.none() | st.sampled_from(ContentHandling),
    st.booleans(),
    st.binary(max_size=40),
)
def test_a_hint_always_says_something_whatever_came(entries, kind, accept, handling, yes, sample):
    listed = MediaTypes(entries)
    for decision in (
        explain_request(listed, kind, handling),
        explain_response(listed, kind, accept, handling),
        explain_proxy_request(listed, kind),
        explain_proxy_response(listed, accept, yes),
    ):
        case = Case(decision=decision, listed=listed, asked=yes, failed=yes, sample=sample)
        assert all(hint.name and hint.says for hint in hints(case))


@given(
    st.sampled_from([(), ("*/*",), ("image/png", "*/x", "", "image")]),
    HEADERS,
    HEADERS,
    st.none() | st.sampled_from(ContentHandling),
    st.booleans(),
    st.binary(max_size=40) | st.just(b"iVBORw0KGgoAAAANSUhEUgAA"),
)
def test_there_is_no_hint_for_what_is_beyond_suspicion(
    entries, kind, accept, handling, yes, sample
):
    listed = MediaTypes(entries)
    for decision in (
        explain_request(listed, kind, handling),
        explain_response(listed, kind, accept, handling),
        explain_proxy_request(listed, kind),
        explain_proxy_response(listed, accept, yes),
    ):
        if is_beyond_suspicion(decision, sample):
            size = len(sample)
            known = {"bytes_in": size, "bytes_out": size, "sample": sample, "templated": yes}
            assert names(decision, listed, **known) == []


@pytest.mark.parametrize(
    "sample, damaged",
    [
        (b"plain", []),
        ("ä".encode(), []),
        ("ä".encode()[:1], []),
        (b"\xff", ["type-not-listed"]),
        (b"\x1f\x8b\xff", ["already-compressed", "type-not-listed"]),
    ],
)
def test_a_sample_is_binary_if_it_is_no_utf8_but_for_a_cut_at_its_end(sample, damaged):
    assert names(explain_request(PNG, "text/plain", None), sample=sample) == damaged


@pytest.mark.parametrize(
    "sample, twice",
    [
        (b"iVBORw0KGgoAAAANSUhEUgAA", True),
        (b'"iVBORw0KGgoAAAANSUhEUg=="', True),
        (b"aaaaaaaaaaaaaaaaaaaaaaaa", False),
        (b"123456789012345678901234", False),
        (b"iVBORw0KGgo", False),
        (b"some words, and a comma", False),
    ],
)
def test_base64_is_told_from_words_and_numbers(sample, twice):
    found = names(explain_request(PNG, "image/png", ContentHandling.CONVERT_TO_TEXT), sample=sample)
    assert ("base64-twice" in found) == twice


@pytest.mark.parametrize("counted, found", [((5, 5), []), ((5, 9), ["type-not-listed"])])
def test_counts_say_more_than_a_sample(counted, found):
    decision = explain_request(PNG, "text/plain", None)
    before, after = counted
    assert names(decision, bytes_in=before, bytes_out=after, sample=b"\xff") == found
