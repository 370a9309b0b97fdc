"""Pages of a collection that changes while somebody walks through them."""

import pytest

from octetgate.control.paging import page


def found(letters):
    return [(letter, letter) for letter in letters]


@pytest.mark.parametrize(
    "left, items",
    [
        pytest.param("abcdef", "cd", id="nothing"),
        pytest.param("cdef", "cd", id="what-was-shown"),
        pytest.param("abdef", "de", id="the-next"),
        pytest.param("adef", "ad", id="the-next-and-the-one-before"),
        pytest.param("ab", "", id="all-that-was-left"),
        pytest.param("", "", id="everything"),
    ],
)
def test_a_position_is_good_whatever_was_deleted_since(left, items):
    _, position = page(found("abcdef"), {"limit": 2})
    assert page(found(left), {"limit": 2, "position": position})[0] == list(items)
