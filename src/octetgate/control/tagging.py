"""Tags as resources are created with them, and the one tag that means something."""

import re
from collections.abc import Mapping

from octetgate.control.calls import Call, Members
from octetgate.control.errors import BadRequestException

CUSTOM_ID = "_custom_id_"
"""The tag that chooses an API's id on create."""

_MOST, _LONGEST_KEY, _LONGEST_VALUE = 50, 128, 256
_CHARACTERS = re.compile(r"[\w .:/=+@-]*")
"""Letters and digits of any script, spaces, and what AWS lists besides."""
_OF_AWS = "aws:"
"""Begins the tags that CloudFormation makes, as ``octetgate import`` does; they do not count."""

# The id is the first label of the API's host name, which is not case-sensitive.
_HOST_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def chosen_id(call: Call, tags: Mapping[str, str]) -> str:
    """Return the API id that the tags ask for, else a fresh one."""
    wanted = tags.get(CUSTOM_ID)
    if wanted is None:
        return call.new_id(10)
    if not _HOST_LABEL.fullmatch(wanted):
        expected = "expected lower-case letters, digits and inner hyphens, at most 63"
        raise BadRequestException(f"tags.{CUSTOM_ID}: {expected}; found {wanted!r}")
    return wanted


def given_tags(asked: Members) -> dict[str, str]:
    """Return the tags that something is to be created with, checked."""
    return checked_tags(asked.get("tags") or {})


def checked_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags; refuse more or longer ones than AWS documents."""
    for key, value in tags.items():
        _check(f"tags: expected a key of 1 to {_LONGEST_KEY}", key, 1, _LONGEST_KEY)
        _check(f"tags.{key}: expected at most {_LONGEST_VALUE}", value, 0, _LONGEST_VALUE)
    count = sum(not key.startswith(_OF_AWS) for key in tags)
    if count > _MOST:
        raise BadRequestException(f"tags: expected at most {_MOST}; found {count}")
    return dict(tags)


def _check(expected: str, text: str, shortest: int, longest: int) -> None:
    if not shortest <= len(text) <= longest or _CHARACTERS.fullmatch(text) is None:
        raise BadRequestException(
            f"{expected} letters, digits, spaces and _ . : / = + - @; found {text!r}"
        )
