"""Jayway's JsonPath is the oracle for what its version 2.0 knows, which Debian has.

Filters compare for equality only, numbers and texts, since that version takes false
for zero and orders texts among numbers.
Later ones, and ours, also count from the end of an array, know functions,
``!``, strings in double quotes and more operators, and find that what is not
there differs from everything; none of that is made here.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from octetgate.core.mapping import jsonpath
from octetgate.core.mapping.jsonpath import MISSING

NAMES = ["a", "b", "c"]
SCALARS = [None, 3, 1, 2.5, 10, "x", "1", "long text"]
LEAVES = st.sampled_from(SCALARS)
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=20,
).filter(lambda document: isinstance(document, (list, dict)))
NAME = st.sampled_from(NAMES)
INDEX = st.integers(0, 3).map(str)
STEP = st.one_of(NAME.map(".{}".format), NAME.map("['{}']".format), INDEX.map("[{}]".format))
SLICE = st.one_of(
    st.integers(-4, 4).map("[{}:]".format),
    st.integers(-4, 4).map("[:{}]".format),
    st.tuples(st.integers(0, 4), st.integers(-4, 5)).map(lambda ends: "[{}:{}]".format(*ends)),
)
TEST = st.builds(
    "@.{} == {}".format,
    NAME,
    st.sampled_from(["3", "1", "2.5", "'x'"]),
)
FILTER = st.one_of(
    TEST.map("[?({})]".format),
    st.tuples(TEST, TEST).map(lambda both: "[?({} && {})]".format(*both)),
    st.sampled_from(["[?(@.a =~ /x|l.*/)]", "[?(@.b =~ /LONG.*/i)]"]),
)
LAST = st.one_of(
    st.sampled_from(["", ".*", "[*]", "..*", "..a", "..['a']", "..['a','b']", "['a','b']"]),
    SLICE,
    FILTER,
)
# Version 2.0 fails where something found by a wildcard has not what is wanted next.
PATHS = st.tuples(st.lists(STEP, max_size=4), LAST).map(
    lambda parts: "$" + "".join(parts[0]) + parts[1]
)
NOTHING = "nothing"


def ours(path: str, document: object) -> object:
    found = jsonpath.compile(path).find(document)
    return NOTHING if found is MISSING else found


def theirs(oracle, path: str, document: object) -> object:
    # What an array's step finds in something else is an error for it, nothing for us.
    found = oracle.find(path, document).get("found", NOTHING)
    # An object that a filter does not let through was nothing then, and is an empty list now.
    return [] if found == NOTHING and "?" in path else found


@settings(max_examples=1_500)
@given(PATHS, DOCUMENTS)
def test_a_path_finds_what_jayway_finds(oracle, path, document):
    there = theirs(oracle, path, document)
    here = ours(path, document)
    here = [] if here == NOTHING and "?" in path else here
    assert (here, path) == (there, path)
