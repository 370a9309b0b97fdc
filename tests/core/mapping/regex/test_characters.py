import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.mapping.regex import characters

SETS = st.lists(
    st.tuples(st.integers(0, 0x10FFFF), st.integers(0, 300)).map(
        lambda pair: (pair[0], min(sum(pair), 0x10FFFF))
    ),
    max_size=4,
).map(characters.ranges)
CODES = st.integers(0, 0x10FFFF)


@given(SETS, SETS, CODES)
def test_sets_join_and_meet_as_sets_do(left, right, code):
    codes = {code, *(end + by for pair in (*left, *right) for end in pair for by in (-1, 0, 1))}
    for one in codes:
        inside = characters.contains(left, one), characters.contains(right, one)
        assert characters.contains(characters.union(left, right), one) is any(inside)
        assert characters.contains(characters.intersect(left, right), one) is all(inside)
    assert characters.negate(characters.negate(left)) == left
    assert characters.union(left, characters.negate(left)) == characters.ALL


@pytest.mark.parametrize("name", ["L", "Lu", "IsL", "Nd", "Sc"])
@given(code=CODES)
def test_a_category_holds_what_unicode_says(name, code):
    members = characters.named(name)
    belongs = unicodedata.category(chr(code)).startswith(name.removeprefix("Is"))
    assert characters.contains(members, code) is belongs


@pytest.mark.parametrize("name", ["Klingon", "", "Is", "IsLatin", "InGreek"])
def test_a_class_we_do_not_know_is_none(name):
    assert characters.named(name) is None


@pytest.mark.parametrize(
    "text, unicode, cased",
    [
        ("a1", False, "Aa1"),
        ("é", False, "é"),
        ("é", True, "Éé"),
        ("k", True, "Kk\u212a"),
        ("ß", True, "ßẞ"),
    ],
)
def test_letters_have_the_cases_that_the_flags_ask_for(text, unicode, cased):
    assert characters.any_case(characters.of(text), unicode=unicode) == characters.of(cased)
