"""Header lists keep casing and order, and are found without either."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.http.headers import Headers, field_value, is_field_name


def sample() -> Headers:
    return Headers([("X-Tag", "one"), ("Host", "a"), ("x-tag", "two")])


def test_the_first_value_is_found_whatever_the_case():
    assert sample().get("X-TAG") == "one"
    assert sample().get("missing") is None


def test_all_values_are_found_in_order():
    assert sample().all("x-tAG") == ["one", "two"]


def test_exact_casing_finds_only_itself():
    assert sample().exact("X-Tag") == ["one"]
    assert sample().exact("X-TAG") == []


def test_setting_replaces_every_field_of_the_name_and_goes_last():
    headers = sample()
    headers.set("X-TAG", "three")
    assert list(headers) == [("Host", "a"), ("X-TAG", "three")]


def test_adding_keeps_what_is_there():
    headers = sample()
    headers.add("HOST", "b")
    assert headers.all("host") == ["a", "b"]


def test_discarding_takes_several_names_whatever_their_case():
    headers = sample()
    headers.discard("X-TAG", "other")
    assert list(headers.items()) == [("Host", "a")]


def test_a_copy_changes_alone():
    headers = sample()
    copy = headers.copy()
    copy.add("New", "1")
    copy.discard("host")
    assert headers == sample()
    assert copy != headers


@pytest.mark.parametrize("name, there", [("host", True), ("HOST", True), ("no", False), (1, False)])
def test_membership_is_by_name_without_case(name, there):
    assert (name in sample()) is there


def test_headers_count_and_show_their_fields():
    assert len(sample()) == 3
    assert repr(Headers([("A", "b")])) == "Headers([('A', 'b')])"
    assert Headers([("A", "b")]) != [("A", "b")]


def test_ready_fields_are_taken_without_a_copy():
    fields = [("A", "a", "1")]
    assert Headers.of_fields(fields).fields is fields


def test_headers_cannot_be_keys():
    with pytest.raises(TypeError):
        hash(sample())


def test_shared_headers_refuse_to_change_and_their_copy_does_not():
    shared = Headers([("A", "1")]).share()
    for change in (
        lambda: shared.add("B", "2"),
        lambda: shared.set("A", "2"),
        lambda: shared.discard("A"),
    ):
        with pytest.raises(RuntimeError, match="shared"):
            change()
    copied = shared.copy()
    copied.set("A", "2")
    assert (list(shared), list(copied), copied.kept) == ([("A", "1")], [("A", "2")], None)


@given(st.text())
def test_any_text_becomes_a_value_that_stays_on_its_line(text):
    octets = field_value(text).encode("latin-1")
    assert not any(octet == 127 or (octet < 32 and octet != 9) for octet in octets)


@pytest.mark.parametrize(
    "text, value",
    [
        pytest.param("a\r\nSet-Cookie: b", "a Set-Cookie: b", id="line-end"),
        pytest.param("\x00a\x7f", "a", id="controls-at-the-ends"),
        pytest.param("a\tb", "a\tb", id="tab-is-allowed"),
        pytest.param("\u20ac", "\xe2\x82\xac", id="text-becomes-utf8"),
        pytest.param("\xe2\x82\xac", "\xe2\x82\xac", id="wire-text-stays"),
    ],
)
def test_a_field_value_is_utf8_without_controls(text, value):
    assert field_value(text) == value


@pytest.mark.parametrize(
    "name, fits",
    [
        ("X-Tag", True),
        ("a.b_c~1", True),
        ("", False),
        ("a b", False),
        ("a\r\nb", False),
        ("é", False),
    ],
)
def test_a_field_name_is_a_token(name, fits):
    assert is_field_name(name) is fits
