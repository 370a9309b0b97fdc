from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.soup import soup

from octetgate.core.mapping import selection
from octetgate.core.mapping.selection import BadPattern, TextTooLong

WORDS = (
    r". .* .+ .*? a b 4\d{2} \d \D \w \s \b \Q \E \z \Z \A \G \h \R \N \X \x41 \x{1F600} \u0041 \0 \1 \k<a> "
    r"\p{Alpha} \P{L} \pL \p{IsLatin} \p{javaLowerCase} [ ] [^ [a-z] [a-z&&[^b]] && - ( ) (?: (?<a> (?i) (?s) "
    r"(?i: (?= (?! (?<= (?<! (?> | * + ? *+ ++ ?+ {2} {2,} {,2} {1,3} {99999} (a+)+ (a|a)* ^ $ \ \\ # -- ~~"
)


@given(
    st.lists(st.tuples(st.none() | soup(WORDS, 10), st.sampled_from(["200", "400", "504"]))),
    st.text(alphabet="ab4 \n0", max_size=30) | st.text(max_size=20),
)
def test_a_pattern_selects_or_says_what_is_wrong(responses, text):
    with suppress(BadPattern, TextTooLong):
        chosen = selection.compile(responses).choose(text)
        assert chosen is None or chosen in {status for _, status in responses}
