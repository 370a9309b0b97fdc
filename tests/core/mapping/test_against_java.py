"""Java itself is the oracle for its regular expressions.

Left out are word boundaries, since Java's own versions differ about letters beyond
ASCII, and what ours refuses.  One difference is known: where a group inside a
repeat may match nothing, as in ``((a*))*``, Java remembers the last time, in which
it did, and RE2 the last one in which it matched something.
"""

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from octetgate.core.mapping import javaregex
from octetgate.core.mapping.javaregex import BadPattern

ESCAPES = r"\n \r \. \x41 \u0062 \t \d \D \w \W \s \S \h \v \V \R \p{Alpha} \P{L} \p{Lu} \p{Lower} \Qa.b\E"
CHARACTERS = st.sampled_from([*"abcA1_é.", *ESCAPES.split(" ")])
WORDS = r"[ab] [^ab] [a-c1] [\d_] [^\s] [a-z&&[^b]] [a[bc]] []a] [a-] [&|~] [\w&&[^\d]] [^a-b&&\w] [\p{Upper}\n]"
CLASSES = st.sampled_from(WORDS.split(" "))
PLACES = st.sampled_from(["^", "$", "\\A", "\\z", "\\Z", "(?=a)", "(?!b)", "(?<=a)", "(?<!b)"])
TIMES = st.sampled_from(["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{2,}", "*+", "?+"])
ATOMS = st.one_of(CHARACTERS, CHARACTERS, CLASSES)
PARTS = st.recursive(
    st.one_of(ATOMS, ATOMS, ATOMS, PLACES),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join).map("(?:{})".format),
        inner.map("(?:{})".format),
        inner.map("(?>{})".format),
        inner.map("(?i:{})".format),
        st.tuples(ATOMS, TIMES).map("".join),
        st.tuples(inner.map("(?:{})".format), TIMES).map("".join),
    ),
    max_leaves=6,
)
PATTERNS = PARTS | st.tuples(PARTS, PARTS).map(lambda parts: "({}){}".format(*parts))
FLAGS = st.sampled_from(["", "", "", "(?i)", "(?s)", "(?m)", "(?d)", "(?x)", "(?iu)", "(?md)"])
TEXTS = st.text(alphabet="abcAB1_. é\n\r\u2028", max_size=7)


@settings(max_examples=500)
@given(FLAGS, PATTERNS, TEXTS)
def test_a_pattern_matches_replaces_and_splits_as_in_java(oracle, flags, pattern, text):
    try:
        regex = javaregex.compile(flags + pattern)
    except BadPattern:
        reject()
    replacement = "<$1|$0>" if regex.groups else "<$0>"
    there = oracle.use(flags + pattern, text, replacement)
    here = {
        "matches": regex.fullmatch(text),
        "replaced": regex.replace(text, replacement),
        "pieces": regex.split(text, -1),
    }
    assert (here, flags + pattern) == (there, flags + pattern)
