from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fuzz.ends import an_end
from tests.fuzz.soup import soup

from octetgate.core.mapping import javaregex, selection
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


RUNAWAYS = (
    "a b . [ab] \\w (a|ab) (?:a|b|ab) (a) (a?a?) (.*) ( (?: (?= (?! (?> ) ) ) | * + ? {0,9} {2,} *? *+ ^ $ "
    "\\1 \\b x"
)


@settings(max_examples=50)
@given(soup(RUNAWAYS, 12), st.sampled_from(["a", "ab", "aab", "a\n", "1"]), st.integers(1, 20_000))
def test_no_pattern_and_no_text_hold_a_worker(pattern, unit, times):
    text = unit * times
    with an_end(), suppress(BadPattern, TextTooLong):
        regex = javaregex.compile(pattern)
        regex.fullmatch(text)
    with an_end(), suppress(BadPattern, TextTooLong):
        regex = javaregex.compile(pattern)
        assert len(regex.replace(text, "")) <= len(text)
        regex.split(text)
