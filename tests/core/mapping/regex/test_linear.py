import pytest

from octetgate.core.mapping.regex import linear
from octetgate.core.mapping.regex.linear import NotLinear
from octetgate.core.mapping.regex.parser import parse


@pytest.mark.parametrize(
    "pattern, whole, searching",
    [
        ("a|bc", r"(?:\x{61}|\x{62}\x{63})", r"(?:\x{61}|\x{62}\x{63})"),
        ("(a)+?", r"(?:(?:\x{61}))+?", r"(?:(\x{61}))+?"),
        (
            "[ac]{2,}",
            r"(?:[\x{61}-\x{61}\x{63}-\x{63}]){2,}",
            r"(?:[\x{61}-\x{61}\x{63}-\x{63}]){2,}",
        ),
        ("^a\\z", r"\A\x{61}\z", r"\A\x{61}\z"),
        ("(?d)(a$)?", r"(?:(?:\x{61}\z))?", r"(?:(\x{61}()\n?\z))?"),
        ("[a&&b]", r"[^\x{0}-\x{10FFFF}]", r"[^\x{0}-\x{10FFFF}]"),
        (
            "[^a]",
            r"[\x{0}-\x{60}\x{62}-\x{d7ff}\x{e000}-\x{10ffff}]",
            r"[\x{0}-\x{60}\x{62}-\x{d7ff}\x{e000}-\x{10ffff}]",
        ),
    ],
)
def test_a_pattern_is_written_for_re2(pattern, whole, searching):
    root = parse(pattern).root
    assert linear.write(root, whole=True).text == whole
    assert linear.write(root, whole=False).text == searching


def test_groups_and_ends_are_numbered_as_they_open():
    written = linear.write(parse("(a$)|(b)").root, whole=False)
    assert (written.groups, written.ends) == ({1: 1, 2: 3}, [2])


@pytest.mark.parametrize(
    "pattern, reason",
    [
        ("(?=a)b", "Look: it needs going back"),
        ("(a)\\1", "Back: it needs going back"),
        ("(?>a)", "Atomic: it needs going back"),
        ("a*+", "a possessive repeat"),
        ("a$b", "it needs looking ahead"),
        ("(a$)*", "it needs looking ahead"),
        ("(?m)a$", "it needs looking ahead"),
        ("\\ud800", "half a surrogate pair"),
    ],
)
def test_what_re2_cannot_do_is_said(pattern, reason):
    with pytest.raises(NotLinear, match=reason):
        linear.write(parse(pattern).root, whole=True)
