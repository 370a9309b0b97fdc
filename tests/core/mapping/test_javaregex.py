import pytest

from octetgate.core.mapping import javaregex
from octetgate.core.mapping.javaregex import BadPattern, TextTooLong


@pytest.mark.parametrize(
    "pattern, text, matches",
    [
        ("40", "404", False),
        ("40.", "404", True),
        ("4\\d{2}", "404", True),
        (".*", "", True),
        (".+", "", False),
        (".*", "a\nb", False),
        (".*", "a\rb", False),
        (".*", "a\u2028b", False),
        ("(?s).*", "a\nb", True),
        ("(?d).*", "a\rb", True),
        ("(?i)ERR.*", "error", True),
        ("(?x) a b", "ab", True),
        ("(?u)a", "a", True),
        ("(.|\\n)*", "a\nb", True),
        ("\\p{Alpha}+\\p{Digit}", "ab1", True),
        ("[\\p{Upper}_]+", "A_B", True),
        ("\\P{Alpha}", "1", True),
        ("\\pL+", "aé", True),
        ("\\p{IsAlphabetic}", "é", True),
        ("\\Qa.b\\E.", "a.bc", True),
        ("\\Qa.b", "a.b", True),
        ("[\\Q]\\E]", "]", True),
        ("(?<year>\\d{4})-\\k<year>", "2026-2026", True),
        ("(?:a|b)+(?=c)c", "abc", True),
        ("(?<!x)a(?!b)", "a", True),
        ("(?>a+)b", "aab", True),
        ("(?i:A)b", "ab", True),
        ("a\\z", "a", True),
        ("a\\Z", "a", True),
        ("\\h\\H", " a", True),
        ("[\\h]", "\t", True),
        ("[\\d]", "1", True),
        ("\\x{41}\\u0042", "AB", True),
        ("\\e", "\x1b", True),
        ("\\R", "\r\n", True),
        ("[^a-c]", "d", True),
        ("[a&~|]+", "&~|a", True),
        ("\\w", "é", False),
        ("a{2,3}", "aaa", True),
        ("(a+)?b", "aab", True),
        ("((a)b)+", "abab", True),
        ("(a+)++b", "aab", True),
    ],
)
def test_a_java_pattern_matches_the_whole_text_as_in_java(pattern, text, matches):
    assert javaregex.compile(pattern).fullmatch(text) is matches


@pytest.mark.parametrize(
    "pattern, reason",
    [
        ("(", "a group is not closed"),
        (")", r"'\)' without '\('"),
        ("[a", "a character class is not closed"),
        ("a\\", "ends in a backslash"),
        ("*", "nothing to repeat"),
        ("[a-z&&[^b]]", "class intersection"),
        ("[a[b]]", "a class inside a class"),
        ("[\\P{Alpha}]", "inside a class"),
        ("\\p{Klingon}", "is not supported"),
        ("a(?i)b", "flags are supported at the beginning"),
        ("(?U)a", "flag 'U' is not supported"),
        ("(?y:a)", r"'\(\?y:' is not supported"),
        ("\\y", "bad escape"),
        ("a{99999999999}", "repetition number is too large"),
        ("(a+)+", "an unbounded repeat inside an unbounded repeat"),
        ("((a*))*b", "an unbounded repeat inside an unbounded repeat"),
        ("((a+)?b)*", "an unbounded repeat inside an unbounded repeat"),
        ("(a{2,})+", "an unbounded repeat inside an unbounded repeat"),
    ],
)
def test_a_pattern_that_cannot_run_is_refused_with_its_reason(pattern, reason):
    with pytest.raises(BadPattern, match=reason) as caught:
        javaregex.compile(pattern)
    assert caught.value.pattern == pattern


@pytest.mark.parametrize(
    "pattern, to_match, to_search",
    [
        ("a", None, None),
        ("a+", None, None),
        ("(ab*)", None, None),
        ("a?b{3}", None, None),
        ("a+b", None, 16_384),
        (".*x.*", None, 16_384),
        ("a*b|c+d", 16_384, 2_048),
        (".*x.*y.*z", 2_048, 2_048),
    ],
)
def test_a_pattern_that_can_be_retried_reads_a_bounded_text(pattern, to_match, to_search):
    regex = javaregex.compile(pattern)
    for use, longest in ((regex.fullmatch, to_match), (regex.split, to_search)):
        use("~" * (longest or 100_000))
        if longest is not None:
            with pytest.raises(TextTooLong, match=f"may read {longest} characters"):
                use("~" * (longest + 1))


@pytest.mark.parametrize(
    "pattern, text, replacement, result",
    [
        ("(a)(b)?", "ab a", "<$1$2>", "<ab> <a>"),
        ("(?<x>a)", "a", "[${x}]", "[a]"),
        ("a", "a", "\\$1\\\\", "$1\\"),
        ("x*", "ab", "-", "-a-b-"),
    ],
)
def test_a_replacement_follows_java(pattern, text, replacement, result):
    assert javaregex.compile(pattern).replace(text, replacement) == result


@pytest.mark.parametrize(
    "replacement, reason",
    [
        ("\\", "ends in a backslash"),
        ("$", "needs a group number"),
        ("$2", "names no group"),
        ("${no}", "names no group"),
    ],
)
def test_a_replacement_that_java_refuses_is_refused(replacement, reason):
    with pytest.raises(BadPattern, match=reason):
        javaregex.compile("(a)").replace("a", replacement)


@pytest.mark.parametrize(
    "pattern, text, limit, pieces",
    [
        (",", "a,b", 0, ["a", "b"]),
        (",", "a,b,,", 0, ["a", "b"]),
        (",", ",a", 0, ["", "a"]),
        (",", "", 0, [""]),
        (",", "a", 0, ["a"]),
        (",", ",,", 0, []),
        ("", "abc", 0, ["a", "b", "c"]),
        (",", "a,b,c", 2, ["a", "b,c"]),
        (",", "a,,", -1, ["a", "", ""]),
    ],
)
def test_split_follows_java(pattern, text, limit, pieces):
    assert javaregex.compile(pattern).split(text, limit) == pieces
