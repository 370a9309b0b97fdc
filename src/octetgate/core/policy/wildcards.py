"""IAM's wildcards."""


def matches(text: str, pattern: str) -> bool:
    """Return whether ``*`` (any text) and ``?`` (any one character) cover the text.

    Only the latest star is ever tried again, so a hostile pattern costs no more than the
    product of the two lengths; a regular expression would cost powers of it.
    """
    at = place = 0
    star = resume = -1
    while at < len(text):
        if place < len(pattern) and pattern[place] == "*":
            star, resume = place, at
            place += 1
        elif place < len(pattern) and pattern[place] in ("?", text[at]):
            at, place = at + 1, place + 1
        elif star >= 0:
            resume += 1
            at, place = resume, star + 1
        else:
            return False
    return not pattern[place:].strip("*")
