import subprocess
import sys

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
        ("(a+)+b", "aaab", True),
        ("(?:a*)*", "aaa", True),
        ("a(?i)b|c(?-i)d", "aB", True),
        ("a(?i)b|c(?-i)d", "CD", False),
        ("(?iu)É", "é", True),
        ("(?i)É", "é", False),
        ("(?i)[^a]", "A", False),
        ("[a-z&&[^b]]+", "ac", True),
        ("[a-z&&[^b]]+", "b", False),
        ("[a[bc]]+", "abc", True),
        ("[\\P{Alpha}\\v]", "1", True),
        ("[a&&b]", "a", False),
        ("[]a]+", "]a", True),
        ("(?x)a # one\n [b c] # two", "ac", True),
        ("\\cA\\07\\a", "\x01\x07\x07", True),
        ("\\uD83D\\uDE00", "\U0001f600", True),
        (".", "\ud800", True),
        ("\\ud800", "\ud800", True),
        ("(?m)^a$\\n^b$", "a\nb", True),
        ("(?md)^a$\\n^b$", "a\nb", True),
        ("(?d)a$", "a", True),
        ("a$|b", "a", True),
        ("(a$)?", "a", True),
        ("a{1001}", "a" * 1001, True),
        ("(?i)(a)\\1", "aA", True),
        ("a\\b.\\B.", "a -", True),
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
        ("a{", "'{' without a number of times"),
        ("a{3,2}", "is no number of times"),
        ("a{2147483648}", "is no number of times"),
        ("[b-a]", "'b-a' is no range"),
        ("[a&&]", "'&&' without a class to its right"),
        ("\\p{Klingon}", "is not supported"),
        ("\\x{110000}", "is no character"),
        ("(?U)a", "flag 'U' is not supported"),
        ("(?y:a)", "flag 'y' is not supported"),
        ("(?'a'b)", "without a kind of group that is known"),
        ("(?<n>a)(?<n>b)", "two groups are called 'n'"),
        ("\\y", r"escape '\\y' is not supported"),
        ("\\G", r"escape '\\G' is not supported"),
        ("a\\1", "a reference to a group that is not closed before it"),
        ("(a\\1)", "a reference to a group that is not closed before it"),
        ("(?<=a*)b", "look-behind requires fixed-width pattern"),
        ("(" * 51, "groups nested more than 50 deep"),
        ("[" * 52, "classes nested more than 50 deep"),
        ("a" * 8_193, "expected at most 8192 characters, found 8193"),
    ],
)
def test_a_pattern_that_cannot_run_is_refused_with_its_reason(pattern, reason):
    with pytest.raises(BadPattern, match=reason) as caught:
        javaregex.compile(pattern)
    assert caught.value.pattern == pattern


ERROR = "Error: the task timed out\n" * 10_000
"""An error message of 260 KB, longer than any function may write."""


@pytest.mark.parametrize(
    "pattern, matches",
    [
        (".*timeout.*", False),
        ("(?s).*timed.*out.*again.*", False),
        ("(?s).*Error.*task.*out.*", True),
        ("(.|\\n)*Error(.|\\n)*", True),
        ("(.|\\r|\\n)*(Fault|[Tt]imed out)(.|\\r|\\n)*", True),
        ("4\\d{2}|5\\d{2}", False),
        ("[\\s\\S]+", True),
        ("^(?s:.*)$", True),
        ("(\\w+:? ?\\n?)*", True),
        ("^(?!.*Fault)(?s).*$", True),
    ],
)
def test_an_ordinary_pattern_reads_an_error_message_of_any_length(pattern, matches):
    assert javaregex.compile(pattern).fullmatch(ERROR) is matches


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+(?=b)b",
        "((a*))*(?!c)b",
        "(?=(a|ab)*c)a",
        "(a)(\\1+)+b",
        "(a?){60}a{60}(?=c)",
        "(?<!b)(a|aa)*b",
        "(?>(a+)+b)",
    ],
)
def test_a_pattern_that_may_go_back_for_ever_is_refused(pattern):
    with pytest.raises(BadPattern, match="there are too many ways to match it"):
        javaregex.compile(pattern)


def test_going_back_is_for_texts_in_which_it_ends_soon():
    regex = javaregex.compile(".*a.*b(?=c).*")
    assert not regex.fullmatch("~" * 200)
    with pytest.raises(TextTooLong, match=r"may read \d+ characters of a text, found 20000"):
        regex.fullmatch("~" * 20_000)
    with pytest.raises(TextTooLong, match="may read"):
        regex.split("~" * 20_000)


def test_what_matches_without_end_is_not_replaced_without_end():
    with pytest.raises(TextTooLong, match="matches more than 250000 times"):
        javaregex.compile("").replace("a" * 250_000, "b")


def test_what_reads_far_ahead_again_and_again_is_stopped():
    assert javaregex.compile("a.*b|a").replace("a" * 1_000, "") == ""
    with pytest.raises(TextTooLong, match="reads far ahead matches too often"):
        javaregex.compile("a.*b|a").replace("a" * 200_000, "")


def test_a_text_may_be_as_long_as_the_size_of_the_pattern_allows():
    regex = javaregex.compile("(?:[a-z]{1,30}x){1,30}y")
    with pytest.raises(TextTooLong, match="may read"):
        regex.fullmatch("~" * 20_000_000)
    with pytest.raises(TextTooLong, match="may read"):
        regex.replace("~" * 20_000_000, "")


@pytest.mark.parametrize(
    "pattern, length, matching, searching",
    [
        (",", 100_000, (0, 1_000), (10_000, 200_000)),
        ("[a-z]+", 100_000, (10_000, 1_000_000), (10_000, 1_000_000)),
        ("a.*b|a", 100_000, (10_000, 1_000_000), (5_000_000, 10_000_000)),
        (".*a.*(?=b)", 1_000, (500_000, 2_000_000), None),
        (".*a.*(?=b)", 100, (5_000, 20_000), (500_000, 2_000_000)),
    ],
)
def test_what_a_text_may_take_grows_with_what_is_done_to_it(pattern, length, matching, searching):
    regex = javaregex.compile(pattern)
    least, most = matching
    assert least <= regex.weight("~" * length, searching=False) <= most
    if searching is None:
        with pytest.raises(TextTooLong, match="may read"):
            regex.weight("~" * length, searching=True)
    else:
        least, most = searching
        assert least <= regex.weight("~" * length, searching=True) <= most


RUNAWAYS = r"""
from octetgate.core.mapping import javaregex
for pattern in [
    "(a?a?)*b", "(a|a)*b", "(a|aa)+b", "(a+)+b", "((a*)*)*b", "(a|b|ab)*c", "(a{0,9}){0,9}b",
    "(.*)" * 30 + "x", "(.*a){20}b", "(a*)*(a*)*(a*)*b", "(x+x+)+y", "([a-zA-Z]+)*!", "a{0,999}{0,1}b",
    "(?:(?:a|a)|(?:a|a))*b", "(\\w|\\d|a)*-", "(a|a)(?:a?){40}(?:a|a){40}b", "(?s)(.*,){11}P", "(a|a?)+b",
]:
    for length in [24, 1_000, 60_000]:
        text = "a" * length
        for use in [lambda r: r.fullmatch(text), lambda r: r.replace(text, "-"), lambda r: r.split(text)]:
            try:
                use(javaregex.compile(pattern))
            except (javaregex.BadPattern, javaregex.TextTooLong):
                pass
"""


def test_a_pattern_made_to_run_away_does_not():
    # Any one of them takes longer than the universe where every way is tried.
    subprocess.run([sys.executable, "-c", RUNAWAYS], check=True, timeout=100)


@pytest.mark.parametrize(
    "pattern, text, replacement, result",
    [
        ("(a)(b)?", "ab a", "<$1$2>", "<ab> <a>"),
        ("(?<x>a)", "a", "[${x}]", "[a]"),
        ("a", "a", "\\$1\\\\", "$1\\"),
        ("x*", "ab", "-", "-a-b-"),
        ("x*", "é€😀", "-", "-é-€-😀-"),
        ("\\s+$", "a \n", "", "a"),
        ("(\\s|a)$", "a\n", "<$1>", "<a><\n>"),
        ("a$", "a\r\n", "-", "-\r\n"),
        ("a+\\s?", "aa ab", "-", "--b"),
        ("(a)?b", "b", "[$1]", "[]"),
        ("(a)", "a", "$12", "a2"),
        ("(((((((((((a)))))))))))", "a", "$11$1", "aa"),
        ("(?=b)", "abab", "-", "a-ba-b"),
        ("a*", "\ud800", "-", "-\ud800-"),
        ("b", "a", "$9", "a"),
    ],
)
def test_a_replacement_follows_java(pattern, text, replacement, result):
    assert javaregex.compile(pattern).replace(text, replacement) == result


@pytest.mark.parametrize(
    "replacement, reason",
    [
        ("\\", "ends in a backslash"),
        ("$", "names no group"),
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
        ("", "abc", -1, ["a", "b", "c", ""]),
        ("\\s*,\\s*", "a , b,c", 0, ["a", "b", "c"]),
        (",", "a,b,c", 2, ["a", "b,c"]),
        (",", "a,,", -1, ["a", "", ""]),
    ],
)
def test_split_follows_java(pattern, text, limit, pieces):
    assert javaregex.compile(pattern).split(text, limit) == pieces
