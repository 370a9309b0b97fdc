"""IAM's wildcards."""

from collections.abc import Collection


def matches(text: str, pattern: str, literal: Collection[int] = ()) -> bool:
    """Return whether ``*`` (any text) and ``?`` (any one character) cover the text.

    Both are themselves at the places of the pattern that are ``literal``.
    Only the latest star is ever tried again, so a hostile pattern costs no more than the
    product of the two lengths; a regular expression would cost powers of it.
    """
    at = place = 0
    star = resume = -1
    while at < len(text):
        wanted = pattern[place : place + 1]
        if wanted == "*" and place not in literal:
            star, resume = place, at
            place += 1
        elif wanted == text[at] or (wanted == "?" and place not in literal):
            at, place = at + 1, place + 1
        elif star >= 0:
            resume += 1
            at, place = resume, star + 1
        else:
            return False
    left = range(place, len(pattern))
    return all(pattern[each] == "*" and each not in literal for each in left)
