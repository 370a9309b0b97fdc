import re

import pytest

from octetgate.core.mapping.regex import backtracking
from octetgate.core.mapping.regex.parser import parse

ANY = 2**25 - 1


@pytest.mark.parametrize(
    "pattern, at_least, below",
    [
        ("a", ANY, ANY + 1),
        ("(?!a)(?s).*", 10_000_000, ANY + 1),
        ("(?!.*a)(?s).*", 10_000_000, ANY + 1),
        (".*a.*", 5_000, 20_000),
        (".*a.*b.*", 300, 900),
        ("(a|bc)*", 10, 40),
        ("(a|bc)*+", 1_000_000, ANY + 1),
        ("(a?){30}", 0, 1),
        ("(a?){10}", 10_000, ANY + 1),
        ("(?>a*b*)c", 5_000, 20_000),
        ("(a*)\\1", 5_000, 20_000),
    ],
)
def test_a_text_may_be_as_long_as_the_ways_to_match_it_allow(pattern, at_least, below):
    longest = backtracking.longest(parse(pattern).root, searching=False)
    assert at_least <= longest < below
    assert backtracking.longest(parse(pattern).root, searching=True) <= longest


@pytest.mark.parametrize(
    "pattern, quick", [(",", True), ("4\\d{2}|5\\d{2}", True), ("a*", False), ("(a|bc){9}", False)]
)
def test_a_quick_pattern_takes_a_few_steps_anywhere(pattern, quick):
    assert backtracking.is_quick(parse(pattern).root) is quick


@pytest.mark.parametrize(
    "pattern, written",
    [
        ("ab|c", r"(?:(?:\U00000061\U00000062)|\U00000063)"),
        ("(?:[ac]){2}", r"(?:[\U00000061-\U00000061\U00000063-\U00000063]){2,2}"),
        ("[a&&b]", "(?!)"),
        ("(?<!a)", r"(?<!\U00000061)"),
        ("(a)(?i:\\1)\\1", r"(?:(\U00000061)(?i:\1)(?:\1))"),
        ("(?>a*+)", r"(?>(?:\U00000061)*+)"),
    ],
)
def test_a_pattern_is_written_for_python(pattern, written):
    assert backtracking.write(parse(pattern).root) == written
    assert re.compile(written, re.ASCII)
