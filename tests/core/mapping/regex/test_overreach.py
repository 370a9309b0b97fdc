import pytest

from octetgate.core.mapping.regex.overreach import overreaches
from octetgate.core.mapping.regex.parser import parse


@pytest.mark.parametrize(
    "pattern, far",
    [
        ("a", False),
        ("a+", False),
        ("(a)+", False),
        ("<[^>]*>", False),
        ("\\s*,\\s*", False),
        ("\\s+$", False),
        ("^\\s+|\\s+$", False),
        ("a+$|a", True),
        ("a+|b", False),
        ("a.*b", True),
        ("a.*b|a", True),
        ("a(.*b)?", True),
        ("(a.*b)+", True),
        ("(ab)*c|a", True),
        ("(ab)*c", True),
        ("(ab)*", False),
        ("(a[^b]*b){2}", True),
        ("(?:a|b+c)*", True),
        ("a{0,16}b", False),
        ("a{0,17}b", False),
        ("a{0,17}a", True),
        ("[^b]*(bc)", False),
        ("[^b]*(?:(b)c)", False),
        ("[^b]*b+", False),
        ("[^b]*\\bb", False),
        ("[^b]*\\b", True),
        ("[^b]*b?", True),
        ("[^bc]*(b|c)d", False),
        ("[^b]*(b|c)d", True),
        ("[^b]*(bc|c)d", True),
        ("(?:[^b]*\\b)\\b", True),
    ],
)
def test_a_match_is_found_long_before_it_is_known(pattern, far):
    assert overreaches(parse(pattern).root) is far
