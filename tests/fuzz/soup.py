"""Texts made of a language's own words in any order, now and then with something else."""

from hypothesis import strategies as st


def soup(words: str, most: int = 25) -> st.SearchStrategy[str]:
    """Return texts that are nearly of the language that ``words`` belong to.

    Blanks separate the words; an underscore stands for a blank in one.
    """
    word = st.sampled_from(["", " ", *(word.replace("_", " ") for word in words.split(" "))])
    return st.lists(st.one_of(word, word, word, word, st.text(max_size=4)), max_size=most).map(
        "".join
    )


def json_documents() -> st.SearchStrategy[object]:
    """Return documents as JSON has them, with the names that the words above use."""
    names = st.sampled_from(["a", "b", "x", "length", ""]) | st.text(max_size=3)
    scalars = (
        st.none()
        | st.booleans()
        | st.integers(-(10**20), 10**20)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=8)
    )
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
        max_leaves=12,
    )
